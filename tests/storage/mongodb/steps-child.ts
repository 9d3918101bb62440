/**
 * A process that does a series of writes on a database, says which are done, and dies where it is told to: right after
 * the server has done the n-th command of a kind (`chunks update@7`), before anything else is sent. See kill.test.ts.
 */
import { writeSync } from 'node:fs'
import type { CommandStartedEvent, CommandSucceededEvent } from 'mongodb'
import { connect, releaseClient } from '#storage/mongodb/connect.ts'
import { openStore } from '#storage/open.ts'
import { seriesOfSteps } from '../support/series.ts'

const [mongodbUri, seed, length, deadly] = process.argv.slice(2) as [
  string,
  string,
  string,
  string | undefined,
]
const WRITES = new Set(['insert', 'update', 'delete'])
const counts = new Map<string, number>()
const names = new Map<number, string>()

// Written at once, past every buffer: a line that was said is out when the process dies.
const say = (line: string) => writeSync(1, `${line}\n`)

const uri = `${mongodbUri}?monitorCommands=true`
const { client } = await connect(uri, 2000) // the one that the store will use
client.on('commandStarted', ({ commandName, command, requestId }: CommandStartedEvent) => {
  if (WRITES.has(commandName)) names.set(requestId, `${String(command[commandName])} ${commandName}`)
})
client.on('commandSucceeded', ({ requestId }: CommandSucceededEvent) => {
  const name = names.get(requestId)
  if (name === undefined) return
  counts.set(name, (counts.get(name) ?? 0) + 1)
  if (deadly === `${name}@${counts.get(name)}`) process.kill(process.pid, 'SIGKILL')
})

say('ready')
const store = await openStore({ kind: 'mongodb', mongodbUri: uri, create: true, guardMs: 2000 })
for (const [index, step] of seriesOfSteps(Number(seed), Number(length)).entries()) {
  await step(store)
  say(`done ${index}`)
}
await store.close()
await releaseClient(uri)
for (const [name, count] of counts) say(`point ${name}@${count}`)
