import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SERVICES, type Addresses, type Service } from '../addresses.ts'
import { cacheFolder } from '../places.ts'
import { identityOf } from './process-identity.ts'

/** A server that `up` started. */
export type Entry = {
  readonly service: Service
  readonly name: string
  readonly version: string
  readonly url: string
  readonly port: number
  readonly pid: number
  /** When that process started: a pid alone may be somebody else's by now. */
  readonly identity: string
  /** Its data and its log, made for it and deleted with it. */
  readonly home: string
  readonly addresses: Partial<Addresses>
}

export function stateFile(): string {
  return join(cacheFolder(), 'running.json')
}

export function readState(): Entry[] {
  try {
    const read = JSON.parse(readFileSync(stateFile(), 'utf8')) as Entry[]
    return SERVICES.flatMap((service) => read.filter((entry) => entry.service === service))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new Error(`${stateFile()} cannot be read (${String(error)}): end its servers by hand and delete it`)
  }
}

export function writeState(entries: readonly Entry[]): void {
  const file = stateFile()
  if (entries.length === 0) return rmSync(file, { force: true })
  mkdirSync(dirname(file), { recursive: true })
  // It holds a token.
  writeFileSync(`${file}.new`, JSON.stringify(entries, null, 2), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** Whether the very process that was started still runs. */
export function runs({ pid, identity }: Entry): boolean {
  return identityOf(pid) === identity
}
