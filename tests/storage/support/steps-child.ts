/** A process that does a series of writes (of a seed, or `edits`), says which are done, and dies where it is told to. See kill.test.ts. */
import { writeSync } from 'node:fs'
import { openStore } from '#storage/open.ts'
import { EDIT_STEPS } from './edit-steps.ts'
import { seriesOfSteps } from './series.ts'

const [file, seed, deadly] = process.argv.slice(2) as [string, string, string | undefined]
const [deadlyPoint, deadlyCount] = deadly?.split('@') ?? []
const counts = new Map<string, number>()

function failpoint(name: string): void {
  const count = (counts.get(name) ?? 0) + 1
  counts.set(name, count)
  if (name === deadlyPoint && count === Number(deadlyCount)) process.kill(process.pid, 'SIGKILL')
}

// Written at once, past every buffer: a line that was said is out when the process dies.
const say = (line: string) => writeSync(1, `${line}\n`)

say('ready')
const store = await openStore({ kind: 'embedded', file, create: true, failpoint })
const steps = seed === 'edits' ? EDIT_STEPS : seriesOfSteps(Number(seed))
for (const [index, step] of steps.entries()) {
  await step(store)
  say(`done ${index}`)
}
await store.close()
for (const [name, count] of counts) say(`point ${name}@${count}`)
