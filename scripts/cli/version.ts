import { readFileSync } from 'node:fs'
import type { Cli } from './context.ts'

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

/** The first line of a job, before anything that takes time. */
export function sayVersion(cli: Cli): void {
  cli.out.note(`tidemark ${appVersion()}, Node ${process.version}`)
}
