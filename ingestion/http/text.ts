// Control characters, line separators and bidirectional overrides: a provider's words reach terminals and logs.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g

/**
 * A provider's text made fit to print: one line, no control or direction characters, NFC, at most `max` characters,
 * every secret masked (providers echo keys in their messages).
 */
export function printable(text: string, max: number, secrets: readonly string[] = []): string {
  let clean = text
  for (const secret of secrets) if (secret.length > 0) clean = clean.replaceAll(secret, '***')
  clean = clean
    .slice(0, max * 4)
    .normalize('NFC')
    .replace(UNPRINTABLE, ' ')
    .trim()
  return clean.length > max ? `${clean.slice(0, max - 1)}…` : clean
}
