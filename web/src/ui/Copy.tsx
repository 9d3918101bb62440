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
      {copied ? <span aria-hidden="true">✓</span> : <Sheets />}
    </Button>
  )
}

function Sheets() {
  return (
    <svg
      {...{ width: 16, height: 16, viewBox: '0 0 24 24', fill: 'none', stroke: 'currentColor' }}
      strokeWidth="2"
      aria-hidden="true"
    >
      <rect x="8" y="8" width="13" height="13" rx="2" />
      <path d="M16 8V5a2 2 0 0 0-2-2H5a2 2 0 0 0-2 2v9a2 2 0 0 0 2 2h3" />
    </svg>
  )
}
