/** What of a server may be told: its address without user, password and options, and the database in it. */
export type Place = { readonly label: string; readonly database: string }

const DEFAULT_DATABASE = 'tidemark'

/** The place that a URI of MongoDB names. */
export function placeOf(uri: string): Place {
  const database = databaseIn(uri)
  return { database, label: labelOf(uri, database) }
}

function labelOf(uri: string, database: string): string {
  const hosts = /^(mongodb(?:\+srv)?:\/\/)(?:.*@)?([^/?#@]*)/.exec(uri)
  return hosts === null ? `mongodb (${database})` : `${hosts[1]}${hosts[2]}/${database}`
}

// What no database is called: a password with such a letter, not percent-encoded, stands where its name would.
const NO_NAME = /[/\\. "$*<>:|?@]|^$/

function databaseIn(uri: string): string {
  const path = /^mongodb(?:\+srv)?:\/\/(?:[^/?]*)\/([^?]*)/.exec(uri)?.[1] ?? ''
  try {
    const name = decodeURIComponent(path)
    return NO_NAME.test(name) ? DEFAULT_DATABASE : name
  } catch {
    return DEFAULT_DATABASE // The driver refuses such a URI when it reads it.
  }
}
