/** A process that does a series of writes on a database and says which are done. See kill.test.ts. */
import { writeSync } from 'node:fs'
import { openStore } from '#storage/open.ts'
import { seriesOfSteps } from '../support/series.ts'

const [mongodbUri, seed, length] = process.argv.slice(2) as [string, string, string]

// Written at once, past every buffer: a line that was said is out when the process dies.
const say = (line: string) => writeSync(1, `${line}\n`)

say('ready')
const store = await openStore({ kind: 'mongodb', mongodbUri, create: true, guardMs: 2000 })
for (const [index, step] of seriesOfSteps(Number(seed), Number(length)).entries()) {
  await step(store)
  say(`done ${index}`)
}
await store.close()
