/**
 * What of an endpoint's address may be a key: user and password, pieces of the path and values of the query that look
 * like one. Words such as `v2` or `ethereum` stand in paths too, and would tear holes into ordinary text.
 */
export function urlSecrets(url: string): string[] {
  if (!URL.canParse(url)) return []
  const { username, password, pathname, searchParams } = new URL(url)
  const pieces = [...pathname.split('/'), ...searchParams.values()].filter(
    (piece) => piece.length >= 12 && /[A-Z\d]/.test(piece),
  )
  return [...[username, password].filter((word) => word.length >= 6), ...pieces]
}
