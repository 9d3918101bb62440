import { createReadStream, createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { parse } from 'csv-parse'
import { portfolioBook } from '#core/portfolio.ts'
import { openStore } from '#storage/open.ts'
import { median, timed, type Bench } from '#tests/bench/measure.ts'
import { inFolder } from '#tests/bench/years.ts'
import { seeded, below } from '#tests/support/random.ts'
import { openImport } from './read.ts'

const ROWS = 1_000_000
/** What the memory of an import of all rows is measured against. */
const FEW = 250_000
const PAIRS = 3
const START = Date.UTC(2020, 0, 1)
const SYMBOLS = ['XXBT', 'XETH', 'DOT', 'ADA', 'SOL', 'ZEUR']

/** Rows of the file that is imported twice. */
const AGAIN = 250_000

/** A Kraken ledger: trades of two rows, each second one with a fee in what was bought. */
async function writeLedger(file: string, rows: number): Promise<void> {
  const random = seeded(7)
  const out = createWriteStream(file)
  out.write('"txid","refid","time","type","subtype","aclass","asset","amount","fee","balance"\n')
  for (let row = 0; row < rows; row++) {
    const time = new Date(START + (row >> 1) * 60_000).toISOString().slice(0, 19).replace('T', ' ')
    const sign = row % 2 === 0 ? '-' : ''
    const asset = SYMBOLS[row % 2 === 0 ? 5 : below(random, 5)] ?? ''
    const amount = (1 + random() * 99).toFixed(8)
    const fee = row % 4 === 1 ? '0.0012' : '0.0000'
    const line = `"L${row}","T${row >> 1}","${time}","trade","","currency","${asset}","${sign}${amount}","${fee}","0"\n`
    if (!out.write(line)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
}

async function bare(file: string, expected = ROWS): Promise<void> {
  let rows = 0
  for await (const record of createReadStream(file).pipe(parse({ bom: true })))
    rows += record === null ? 0 : 1
  if (rows !== expected + 1) throw new Error(`${rows} rows`)
}

const options = {
  format: 'auto',
  mapping: null,
  assets: {},
  known: () => null,
  wallet: null,
  zone: null,
  skipBad: false,
  base: 'fiat:usd',
}

/** @returns how many flows were new */
async function imported(file: string, store: string): Promise<number> {
  const opened = await openStore({ kind: 'embedded', file: store, create: true })
  const found = await openImport(file, options)
  const at = Date.UTC(2026, 0, 1)
  const place = { owner: 'local', book: portfolioBook('main'), source: `import:${found.format}`, file }
  const { added } = await opened.importFlows({
    ...place,
    mode: 'add',
    at,
    flows: found.flows({ ...place, now: at }),
  })
  await opened.close()
  return added
}

async function importedWhole(file: string, store: string, rows: number): Promise<void> {
  const added = await imported(file, store)
  if (added < rows) throw new Error(`${added} flows`)
}

/** Seconds of an import, and the memory that this process has held at most since it began. */
async function measured(folder: string, rows: number): Promise<{ seconds: number; peakMb: number }> {
  const file = join(folder, `${rows}.csv`)
  await writeLedger(file, rows)
  const seconds = (await timed(() => importedWhole(file, join(folder, `${rows}.db`), rows))) / 1000
  return { seconds, peakMb: process.resourceUsage().maxRSS / 1024 }
}

export const benches: Bench[] = [
  {
    // First, since a process never forgets the most that it held.
    name: `Memory of an import, ${FEW.toLocaleString('en')} and ${ROWS.toLocaleString('en')} rows`,
    run: () =>
      inFolder(async (folder) => {
        const few = await measured(folder, FEW)
        const all = await measured(folder, ROWS)
        return [
          {
            name: 'memory held at most, all of the process',
            against: 'a quarter of the rows (in MB, not ms)',
            limit: 2,
            ratio: all.peakMb / few.peakMb,
            oursMs: all.peakMb,
            referenceMs: few.peakMb,
            notes: [`${few.seconds.toFixed(1)} s and ${all.seconds.toFixed(1)} s`],
          },
        ]
      }),
  },
  {
    name: `Import of ${ROWS.toLocaleString('en')} rows`,
    async run() {
      return inFolder(async (folder) => {
        const file = join(folder, 'ledgers.csv')
        await writeLedger(file, ROWS)
        const [ours, reference]: [number[], number[]] = [[], []]
        for (let pair = 0; pair < PAIRS; pair++) {
          ours.push(await timed(() => importedWhole(file, join(folder, `${pair}.db`), ROWS)))
          reference.push(await timed(() => bare(file)))
        }
        return [
          {
            name: 'import of a Kraken ledger into an empty store',
            against: 'csv-parse alone on the same file',
            limit: 6,
            ratio: median(ours.map((ms, at) => ms / (reference[at] ?? 1))),
            oursMs: median(ours),
            referenceMs: median(reference),
          },
        ]
      })
    },
  },
  {
    name: `Import of ${AGAIN.toLocaleString('en')} rows, and once more`,
    async run() {
      return inFolder(async (folder) => {
        const [file, store] = [join(folder, 'ledgers.csv'), join(folder, 'twice.db')]
        await writeLedger(file, AGAIN)
        const first = await timed(() => importedWhole(file, store, AGAIN))
        const [ours, reference]: [number[], number[]] = [[], []]
        for (let pair = 0; pair < PAIRS; pair++) {
          let added = -1
          ours.push(
            await timed(async () => {
              added = await imported(file, store)
            }),
          )
          if (added !== 0) throw new Error(`${added} flows are new in a file that did not change`)
          reference.push(await timed(() => bare(file, AGAIN)))
        }
        return [
          {
            name: 'import of the same Kraken ledger, nothing new',
            against: 'csv-parse alone on the same file',
            limit: null,
            ratio: median(ours.map((ms, at) => ms / (reference[at] ?? 1))),
            oursMs: median(ours),
            referenceMs: median(reference),
            notes: [`the first time ${first.toFixed(0)} ms`],
          },
        ]
      })
    },
  },
]
