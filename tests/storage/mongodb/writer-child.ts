/** One of several processes that write to one database at once. See together.test.ts. */
import { writeSync } from 'node:fs'
import { MongoClient } from 'mongodb'
import type { AssetId } from '#core/asset.ts'
import { openStore } from '#storage/open.ts'
import { flowOf, hour, importOf, MONTH, runOf } from '../support/values.ts'

const [mongodbUri, name, rounds] = process.argv.slice(2) as [string, string, string]
const me = Number(name)
const store = await openStore({ kind: 'mongodb', mongodbUri, create: true })
const bare = await new MongoClient(mongodbUri).connect()
const section = bare.db().collection<{ _id: string }>('section')
const flows = []
let [held, broken] = [0, 0]
writeSync(1, 'ready\n')
for (let round = 0; round < Number(rounds); round++) {
  // All write to the same chunk (each its own hours), to one of their own, to the ledger and to one counter.
  const shared = runOf([me * 1000 + round], 2 * round + me)
  const own = runOf([round], round, { asset: `coin-${me}` as AssetId })
  await store.writePrices([shared, own].map((run) => ({ run, suspects: [], gaps: [] })))
  flows.push(flowOf(`${me}-${round}`, { time: hour(round) }))
  await store.importFlows(importOf(flows, { book: 'portfolio:main', source: `source-${me}` }))
  await store.addCalls('coingecko', MONTH, 1)
  const { acquired } = await store.acquireLease('pipeline', name, 60_000, Date.now())
  if (!acquired) continue
  held++
  try {
    await section.insertOne({ _id: 'held' })
    await section.deleteOne({ _id: 'held' })
  } catch {
    broken++
  }
  await store.releaseLease('pipeline', name)
}
await bare.close()
await store.close()
writeSync(1, `held ${held}\nbroken ${broken}\n`)
