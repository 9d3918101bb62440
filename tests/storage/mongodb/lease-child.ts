/** Takes one lease again and again, as fast as it can, beside others that do the same. See together.test.ts. */
import { writeSync } from 'node:fs'
import { MongoClient } from 'mongodb'
import { openStore } from '#storage/open.ts'

const [mongodbUri, name, rounds] = process.argv.slice(2) as [string, string, string]
const store = await openStore({ kind: 'mongodb', mongodbUri, create: true })
const bare = await new MongoClient(mongodbUri).connect()
const section = bare.db().collection<{ _id: string }>('section')
let [held, broken] = [0, 0]
writeSync(1, 'ready\n')
for (let round = 0; round < Number(rounds); round++) {
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
