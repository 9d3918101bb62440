import { useState } from 'react'
import { Button } from './Button.tsx'

/** Copies a text; what it is, is read out. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const [copied, setCopied] = useState(false)
  const copy = (): void => {
    void navigator.clipboard.writeText(text).then(() => setCopied(true))
  }
  // Only pages that came over a safe line have one.
  if ((navigator as { clipboard?: Clipboard }).clipboard === undefined) return null
  return (
    <Button look="quiet" label={copied ? `Copied ${what}` : `Copy ${what}`} onClick={copy}>
      <span aria-hidden="true">{copied ? '✓' : '⧉'}</span>
    </Button>
  )
}
