/** One of several processes that write to one store at once. See together.test.ts. */
import { rmSync, writeFileSync, writeSync } from 'node:fs'
import type { AssetId } from '#core/asset.ts'
import { openStore } from '#storage/open.ts'
import { flowOf, hour, importOf, MONTH, runOf } from './values.ts'

const [file, name, rounds] = process.argv.slice(2) as [string, string, string]
const me = Number(name)
const section = `${file}.section`
const store = await openStore({ kind: 'embedded', file, create: true })
const flows = []
let [held, broken] = [0, 0]
writeSync(1, 'ready\n')
for (let round = 0; round < Number(rounds); round++) {
  // Both write to the same chunk (each its own hours), to one of their own, to the ledger and to one counter.
  const shared = runOf([me * 1000 + round], 2 * round + me)
  const own = runOf([round], round, { asset: `coin-${me}` as AssetId })
  await store.writePrices([shared, own].map((run) => ({ run, suspects: [], gaps: [] })))
  flows.push(flowOf(`${me}-${round}`, { time: hour(round) }))
  const place = { book: 'portfolio:main', source: `source-${me}` }
  await store.importFlows(importOf(flows, place))
  await store.addCalls('coingecko', MONTH, 1)
  const { acquired } = await store.acquireLease('pipeline', name, 60_000, Date.now())
  if (!acquired) continue
  held++
  try {
    writeFileSync(section, name, { flag: 'wx' })
    rmSync(section)
  } catch {
    broken++
  }
  await store.releaseLease('pipeline', name)
}
await store.close()
writeSync(1, `held ${held}\nbroken ${broken}\n`)
