const secrets = new Set<string>()

/** Remembers a secret, so that no text leaves with it; the last line of defence behind every masking before it. */
export function rememberSecret(secret: string): void {
  // Shorter texts are no keys, and would tear holes into ordinary words.
  if (secret.length >= 6) secrets.add(secret)
}

/** The text with every remembered secret masked: as it stands, as a URL and as JSON would carry it. */
export function scrub(text: string): string {
  let clean = text
  // The longest first: one that holds another would be masked in part only, and show the rest.
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) {
    for (const form of formsOf(secret)) clean = clean.replaceAll(form, '***')
  }
  return clean
}

function formsOf(secret: string): Set<string> {
  return new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
}
