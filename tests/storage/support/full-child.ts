/** A process that does a series of writes until it is refused, and prints how. See disk-full.test.ts. */
import { writeSync } from 'node:fs'
import { TidemarkError } from '#core/errors.ts'
import { openStore } from '#storage/open.ts'
import { seriesOfSteps } from './series.ts'

const [file, seed] = process.argv.slice(2) as [string, string]
const say = (line: string) => writeSync(1, `${line}\n`)

try {
  const store = await openStore({ kind: 'embedded', file, create: true })
  for (const [index, step] of seriesOfSteps(Number(seed)).entries()) {
    await step(store)
    say(`done ${index}`)
  }
} catch (error) {
  if (!(error instanceof TidemarkError)) throw error
  say(JSON.stringify({ code: error.code, message: error.message, fix: error.fix }))
}
