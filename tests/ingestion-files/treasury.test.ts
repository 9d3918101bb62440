import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Flow } from '#core/flow.ts'
import { readFlows } from '#ingestion/flows-csv/read.ts'
import { sharedData, WHY_SKIPPED } from '../support/shared-data.ts'

// Real transfers of a treasury: rows that are equal in all but the counterparty are different transfers.
const file = new URL(
  '../../../shared/data/treasury/yearn_multisig_transfers_2020-07_2021-07.csv.gz',
  import.meta.url,
)
const present = sharedData()
if (!present) console.log(`skipped: ${WHY_SKIPPED}`)

/** The treasury's columns as a flows file, with the counterparty or without. */
function flowsCsv(counterparty: boolean): { text: string; rows: string[] } {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n').slice(1)
  const rows = lines.flatMap((line) => {
    const [time, direction, from, to, , amount = '', currency = '', tx] = line.split(',')
    if (!(Number(amount) > 0) || !/^[\w+.-]+$/.test(currency)) return []
    const asset = currency.replaceAll('+', '-')
    const [sign, kind] = direction === 'in' ? ['', 'deposit'] : ['-', 'withdraw']
    return [`${time},${asset},${sign}${amount},${kind},${tx}${counterparty ? `,${from},${to}` : ''}`]
  })
  const header = `time,asset,quantity,kind,tx${counterparty ? ',from,to' : ''}`
  return { text: `${header}\n${rows.join('\n')}\n`, rows }
}

async function read(text: string): Promise<Flow[]> {
  const place = { owner: 'ann', book: 'portfolio:main', source: 's', file: null, now: Date.UTC(2026, 10, 21) }
  const flows: Flow[] = []
  async function* input() {
    yield text
  }
  for await (const piece of readFlows(input(), place)) flows.push(...piece)
  return flows
}

test.skipIf(!present)(
  'a real ledger: no row is lost, equal ones are numbered, reading again gives the same ids',
  async () => {
    const { text, rows } = flowsCsv(false)
    const flows = await read(text)
    expect(flows).toHaveLength(rows.length)
    expect(rows.length).toBeGreaterThan(1_500)
    expect(new Set(flows.map(({ id }) => id)).size).toBe(rows.length)
    const repeated = flows.filter(({ ordinal }) => ordinal > 0)
    expect(repeated).toHaveLength(rows.length - new Set(rows).size)
    expect(repeated.length).toBeGreaterThan(30)
    expect((await read(text)).map(({ id }) => id)).toEqual(flows.map(({ id }) => id))
    const apart = (await read(flowsCsv(true).text)).filter(({ ordinal }) => ordinal > 0)
    expect(apart.length).toBeLessThan(repeated.length)
  },
)
