import { useState } from 'react'
import { Button } from './Button.tsx'
import styles from './Command.module.css'

/** A line for the terminal, with a button that copies it. */
export function Command({ text }: { readonly text: string }) {
  const [copied, setCopied] = useState(false)
  const copy = (): void => {
    void navigator.clipboard.writeText(text).then(() => setCopied(true))
  }
  return (
    <div className={styles.command}>
      <code tabIndex={0}>{text}</code>
      <Button look="quiet" label={`Copy ${text}`} onClick={copy}>
        {copied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  )
}
