/** What reading a piece of text gave: the value, or in words what is wrong with it and what is needed. */
export type Reading<T> =
  { readonly value: T; readonly fault: null } | { readonly value: null; readonly fault: string }

export function ok<T>(value: T): Reading<T> {
  return { value, fault: null }
}

export function faulty<T>(fault: string): Reading<T> {
  return { value: null, fault }
}

// Control, format (bidi, zero-width), surrogate, private and unassigned characters, and line separators.
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]/gu

/** Makes every character that a terminal would obey or hide visible: `\u001b`, `\u202e`. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (char) => {
    const code = (char.codePointAt(0) ?? 0).toString(16)
    return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\u{${code}}`
  })
}

/** A piece of input as a fault quotes it: in quotes, harmless, at most 60 characters of it. */
export function quoted(text: string): string {
  const shown = visible(text.slice(0, 61))
  return `"${shown.length > 60 ? `${shown.slice(0, 57)}…` : shown}"`
}
