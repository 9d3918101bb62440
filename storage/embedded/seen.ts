import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'

const LINE = /^commits (\d{15}) ([0-9a-f]{8})\n$/

/** The file beside a store that remembers how many commits were reported. */
export const seenFile = (store: string): string => `${store}-seen`

/**
 * How many commits the store had when one was last reported; 0 when nothing was, or the file is gone or torn.
 * SQLite takes a write-ahead log that was deleted or cut short for one that never was and quietly shows older
 * content. A store with fewer commits than this number has lost some, and says so.
 */
export function seenCommits(store: string): number {
  try {
    const found = LINE.exec(readFileSync(seenFile(store), 'latin1'))
    return found !== null && found[2] === sumOf(found[1] as string) ? Number(found[1]) : 0
  } catch {
    return 0
  }
}

/** Remembers commits of one store. Not synced to disk: after a power cut a smaller number is as good. */
export class SeenWriter {
  private readonly store: string
  private fd: number | null = null

  constructor(store: string) {
    this.store = store
  }

  record(commits: number): void {
    const digits = String(commits).padStart(15, '0')
    try {
      // Opened without truncation, so that a reader never finds it empty.
      this.fd ??= openSync(seenFile(this.store), 'r+')
    } catch {
      this.fd = tryCreate(seenFile(this.store))
    }
    try {
      if (this.fd !== null) writeSync(this.fd, `commits ${digits} ${sumOf(digits)}\n`, 0, 'latin1')
    } catch {
      // A smaller number than the truth only makes the check weaker; the commit itself is safe.
    }
  }

  close(): void {
    if (this.fd !== null) closeSync(this.fd)
    this.fd = null
  }
}

function tryCreate(file: string): number | null {
  try {
    return openSync(file, 'w')
  } catch {
    return null
  }
}

const sumOf = (digits: string): string => crc32(digits).toString(16).padStart(8, '0')
