import { useMay, useMe } from '../../api/use-me.ts'
import { Account } from './Account.tsx'
import { Display } from './Display.tsx'
import styles from './Settings.module.css'
import { Tokens } from './Tokens.tsx'
import { Users } from './Users.tsx'

/** How it looks, who is signed in, and who else may come in. */
export function Settings() {
  const me = useMe()
  const looksAfter = useMay('admin')
  const isSignedIn = me?.by === 'session'
  return (
    <>
      <h1 className="hidden">Settings</h1>
      <div className={styles.page}>
        <Display />
        {me !== null && isSignedIn ? (
          <div className={styles.side}>
            <Account me={me} />
            <Tokens />
          </div>
        ) : null}
        {me !== null && looksAfter ? <Users self={me.user} /> : null}
      </div>
    </>
  )
}
