import type { Store } from '#pipeline/ports.ts'
import { seriesOfSteps } from './series.ts'
import {
  batchOf,
  coinOf,
  flowOf,
  hour,
  importOf,
  pnlMonthOf,
  portfolioOf,
  runOf,
  snapshotOf,
  suspectOf,
} from './values.ts'

/** Fills a store with something in every table. */
export async function fill(store: Store, seed = 7): Promise<void> {
  for (const step of seriesOfSteps(seed, 20)) await step(store)
  await store.writePrices([{ run: runOf([1, 2, 3]), suspects: [suspectOf(hour(1))], gaps: [] }])
  await store.writeCoins([coinOf('bitcoin', 1)], 1)
  await store.writePortfolio(portfolioOf('main'))
  await store.importFlows(importOf([flowOf('known', { tx: '0xfeed' })], { mode: 'add' }))
  const none = { droppedBatches: [], droppedMonths: [] }
  await store.writePnl({
    ...none,
    months: [pnlMonthOf('2026-01')],
    batches: [batchOf('2026-01', 'a', [1, 2])],
  })
  await store.writeSnapshots([snapshotOf(1), snapshotOf(2, { owner: 'ada' })])
  await store.writeRecords({ put: [{ owner: 'local', kind: 'nft', key: 'k', value: '{}' }] })
  await store.acquireLease('other', 'me', 1, 1)
  const run = { id: 'r1', command: 'ingest', started: 1, finished: 2, exitCode: 0, summary: '{}' }
  await store.writeRun({ ...run, outcome: 'complete' })
}
