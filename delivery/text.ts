import stringWidth from 'string-width'
import { visible } from '#core/reading.ts'

/** Text of a provider or user as a terminal may show it: nothing hidden, nothing that the terminal would obey. */
export function safeText(text: string): string {
  return visible(text.length > 1_000 ? `${text.slice(0, 999)}…` : text)
}

/** Columns that a text takes on a terminal; East Asian letters and emoji take two, colours none. */
export function widthOf(text: string): number {
  // Nearly every cell is plain: its length needs none of the rules for letters that take two columns.
  return PLAIN.test(text) ? text.length : stringWidth(text)
}

const PLAIN = /^[\x20-\x7e]*$/

/** The text cut to at most `width` columns, with an ellipsis where something was cut off. */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  if (width <= 0) return ''
  let cut = ''
  let used = 0
  for (const char of text) {
    used += widthOf(char)
    if (used > width - 1) break
    cut += char
  }
  return `${cut}…`
}
