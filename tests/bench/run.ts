import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import type { Bench, Ratio } from './measure.ts'

/**
 * Runs every `*.bench.ts` beside the code (or those whose name holds a word given) and prints the ratios; beside another
 * program where `--peer` names it.
 */
const root = fileURLToPath(new URL('../..', import.meta.url))
/** Words that stand for several places. */
const SEVERAL: Readonly<Record<string, readonly string[]>> = {
  stores: ['storage'],
  chain: ['ingestion/evm', 'pipeline/chain'],
}
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { peer: { type: 'string', multiple: true, default: [] } },
})
const words = positionals.flatMap((word) => SEVERAL[word] ?? word)
const rooms = [
  'core',
  'config',
  'ingestion',
  'storage',
  'pnl',
  'pipeline',
  'delivery',
  'scripts',
  'tests/web',
]

function benchFiles(): string[] {
  return rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.bench.ts'))
      .map((file) => join(room, file)),
  )
}

const number = (value: number, digits = 2) => value.toFixed(digits).padStart(9)

function print({ name, against, limit, ratio, oursMs, referenceMs, notes }: Ratio): void {
  const verdict = limit === null ? '        ' : ratio <= limit ? 'within  ' : 'OVER    '
  const bound = limit === null ? '' : ` (≤ ${limit < 0.1 ? `1/${Math.round(1 / limit)}` : limit})`
  const shown = ratio < 0.1 ? `1/${(1 / ratio).toFixed(0)}`.padStart(9) : number(ratio)
  console.log(`${verdict}${shown}×${bound}  ${name}`)
  console.log(`          ${number(oursMs, 1)} ms against ${number(referenceMs, 1).trim()} ms: ${against}`)
  for (const note of notes ?? []) console.log(`                    ${note}`)
}

const files = benchFiles().filter((each) => words.length === 0 || words.some((word) => each.includes(word)))
if (files.length === 0) throw new Error(`no bench is named ${words.join(', ')}: ${benchFiles().join(', ')}`)
let over = 0
for (const file of files) {
  const { benches } = (await import(pathToFileURL(join(root, file)).href)) as { benches: readonly Bench[] }
  for (const bench of benches) {
    if (bench.peer !== undefined && !values.peer.includes(bench.peer)) {
      console.log(`\n${bench.name}  [${file}]: passed over; --peer ${bench.peer} runs it`)
      continue
    }
    console.log(`\n${bench.name}  [${file}]`)
    for (const ratio of await bench.run()) {
      print(ratio)
      if (ratio.limit !== null && ratio.ratio > ratio.limit) over++
    }
  }
}
console.log(over === 0 ? '\nAll ratios are within their bounds.' : `\n${over} ratios are over their bounds.`)
