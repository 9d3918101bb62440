import { readFileSync } from 'node:fs'

type Manifest = { readonly version: string }

/** The version in package.json, read when asked for: from the sources it is one folder up, from the build two. */
export function appVersion(): string {
  for (const place of ['../../package.json', '../../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as Manifest).version
    } catch {
      continue
    }
  }
  return 'unknown'
}
