import { useMe } from '../api/use-me.ts'
import styles from './Shell.module.css'

/** Tells those who came by a link what they see, and what they do not. */
export function SharedNotice() {
  const me = useMe()
  if (me?.by !== 'share') return null
  const what = me.hideAmounts ? 'without its amounts: prices, shares and per cents are shown' : 'to look at'
  return (
    <p className={styles.shared}>This portfolio is shared with you, {what}. Nothing can be changed here.</p>
  )
}
