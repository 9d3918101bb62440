import { rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '#config/config.ts'
import { portfolioBook, type Portfolio } from '#core/portfolio.ts'
import type { LedgerStore } from '#pipeline/ports.ts'
import { readText, storeFile } from './config.ts'

const FILE = 'mirrors.json'
type Stamps = Record<string, string>

/**
 * The portfolio's flows file is a mirror: an edit of it counts at the next reading, not only at the next `ingest`.
 * What was mirrored last is known by the file's size and time, so that an unchanged file costs one look.
 * @throws TidemarkError FLOWS_INVALID with every fault; the store is then as it was
 */
export async function mirrorFlows(config: Config, store: LedgerStore, portfolio: Portfolio): Promise<void> {
  const stamp = mirrorStamp(config, portfolio)
  // What lies on a server may have been changed from another machine: there the file is read each time.
  if (config.storage === 'embedded' && readStamps(config)[keyOf(portfolio)] === stamp) return
  const [{ flowsReader }, { MIRROR_SOURCE }] = await Promise.all([
    import('./files.ts'),
    import('#pipeline/jobs/ingest/flows.ts'),
  ])
  const { owner, name, flowsFile: file } = portfolio
  const place = { owner, book: portfolioBook(name), source: MIRROR_SOURCE }
  const now = Date.now()
  await store.writePortfolio(portfolio)
  await store.importFlows({
    ...place,
    file,
    mode: 'mirror',
    at: now,
    flows: file === null ? [] : flowsReader(file, { ...place, file, now }),
  })
  keepStamp(config, portfolio, stamp)
}

/** What the portfolio and its flows file are now; taken before they are read, so that a later edit is seen. */
export function mirrorStamp(config: Config, portfolio: Portfolio): string {
  const { flowsFile } = portfolio
  const flows = flowsFile === null ? undefined : statSync(flowsFile, { throwIfNoEntry: false })
  // Another store has mirrored nothing yet.
  const store = statSync(storeFile(config.dataDir), { throwIfNoEntry: false })
  return JSON.stringify([portfolio, flows?.size, flows?.mtimeMs, store?.ino, store?.birthtimeMs])
}

/** Remembers that the portfolio is stored as its stamp says. */
export function keepStamp(config: Config, portfolio: Portfolio, stamp: string): void {
  if (config.storage !== 'embedded') return
  const stamps = { ...readStamps(config), [keyOf(portfolio)]: stamp }
  try {
    writeFileSync(join(config.dataDir, FILE), JSON.stringify(stamps), { mode: 0o600 })
  } catch {
    // Only a saving of time: without it the file is read once more.
  }
}

/** After the store's content was replaced nothing of it is known. */
export function forgetStamps(config: Config): void {
  rmSync(join(config.dataDir, FILE), { force: true })
}

function readStamps(config: Config): Stamps {
  try {
    return JSON.parse(readText(join(config.dataDir, FILE)) ?? '{}') as Stamps
  } catch {
    return {}
  }
}

const keyOf = ({ owner, name }: Portfolio): string => `${owner}/${name}`
