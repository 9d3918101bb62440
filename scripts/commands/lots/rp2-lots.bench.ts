import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Quote } from '#core/asset.ts'
import { Decimal } from '#core/decimal.ts'
import type { Flow } from '#core/flow.ts'
import { pureInput } from '#pipeline/lots/pure.ts'
import { computeLots, prepareLots } from '#pnl/lots/lots.ts'
import type { LotReport } from '#pnl/lots/report.ts'
import { DEFAULT_LOT_SETTINGS } from '#pnl/lots/settings.ts'
import { median, timed, type Bench, type Ratio } from '#tests/bench/measure.ts'
import { flowsCsv, marksCsv, peerLedger } from '#tests/bench/peers/rp2-ledger.ts'
import {
  findRp2,
  gainsOfRp2,
  run,
  runRp2,
  writeLedger,
  type Rp2,
  type Rp2Gains,
  type Rp2Ledger,
} from '#tests/bench/peers/rp2.ts'
import { inFolder } from '#tests/bench/years.ts'

const BINARY = fileURLToPath(new URL('../../../dist/bin/tidemark.cjs', import.meta.url))
const ASSETS = 250
const FEW = 1900
const MANY = 14_400
/** Longer than this nobody waits for rp2's reports here. */
const PATIENCE_MS = 180_000
/** rp2 reads numbers as doubles, to 11 decimals; each row's gain may be off by that much of its value. */
const ROUNDING = '0.000001'
type Method = 'fifo' | 'hifo'

/** Our program as its user runs it: two files in, the whole report out. */
async function runOurs(folder: string, method: Method): Promise<string> {
  const args = ['lots', '--flows', 'flows.csv', '--marks', 'marks.csv', '--method', method, '--json']
  return run(process.execPath, [BINARY, ...args], folder)
}

function compute(flows: readonly Flow[], method: Method): LotReport {
  const marks = flows.map(({ time, asset, unitPrice }) => ({ time, asset, price: unitPrice ?? '0' }))
  const { input } = pureInput({ flows, marks, quote: 'usd' as Quote, at: null })
  return computeLots(prepareLots(input), { ...DEFAULT_LOT_SETTINGS, method })
}

const sum = (values: readonly string[]): Decimal =>
  values.reduce((total, value) => total.plus(value), new Decimal(0))

/** What both say that was realised, in total and row by row; every row that differs by more than rounding is told. */
function agreement({ disposals }: LotReport, { events }: Rp2Gains): string[] {
  const own = new Map<string, Decimal>()
  for (const { flow, gain } of disposals) own.set(flow, (own.get(flow) ?? new Decimal(0)).plus(gain ?? NaN))
  const theirs = new Map(
    Object.entries(events)
      .filter(([key]) => key.endsWith(' gain'))
      .map(([key, gain]) => [key.slice(0, -' gain'.length), new Decimal(gain)]),
  )
  const rows = new Set([...own.keys(), ...theirs.keys()])
  const apart = [...rows].filter((row) => {
    const [a, b] = [own.get(row), theirs.get(row)]
    return a === undefined || b === undefined || a.minus(b).abs().gt(ROUNDING)
  })
  const total = (all: ReadonlyMap<string, Decimal>) => sum([...all.values()].map(String)).toFixed(6)
  return [
    `realised: ours ${total(own)}, rp2 ${total(theirs)}; ${rows.size} rows that realise, ${apart.length} of them apart by more than ${ROUNDING}`,
    ...apart
      .slice(0, 20)
      .map(
        (row) => `${row}: ours ${String(own.get(row) ?? 'none')}, rp2 ${String(theirs.get(row) ?? 'none')}`,
      ),
  ]
}

type Peer = { readonly rp2: Rp2; readonly flows: readonly Flow[]; readonly ledger: Rp2Ledger }

/** Rows laid out for both programs in a folder that is gone afterwards. */
async function withPeer<T>(size: number, work: (peer: Peer) => Promise<T>, plain = false): Promise<T> {
  const rp2 = findRp2()
  if (!existsSync(BINARY)) throw new Error('dist is not built: run "npm run -s build:quick" first')
  return inFolder(async (folder) => {
    const flows = peerLedger(size, ASSETS, plain)
    writeFileSync(join(folder, 'flows.csv'), flowsCsv(flows))
    writeFileSync(join(folder, 'marks.csv'), marksCsv(flows))
    return work({ rp2, flows, ledger: await writeLedger(rp2, flows, folder) })
  })
}

/** From rows that were read to gains, without reports, in processor time; and whether both say the same. */
async function computing(
  { rp2, flows, ledger }: Peer,
  method: Method,
  notes: readonly string[] = [],
): Promise<Ratio> {
  const theirs = await gainsOfRp2(rp2, ledger, method)
  const own: number[] = []
  for (let turn = 0; turn < 9; turn++) {
    const start = process.cpuUsage()
    compute(flows, method)
    const { user, system } = process.cpuUsage(start)
    own.push((user + system) / 1000)
  }
  const oursMs = median(own.slice(3))
  const referenceMs = theirs.computeSeconds * 1000
  return {
    name: `${rowsOf(flows)}, ${method}: from rows in memory to the whole report`,
    against: `rp2's computation without its reports (it read its file in ${theirs.readSeconds.toFixed(1)} s)`,
    limit: null,
    ratio: oursMs / referenceMs,
    oursMs,
    referenceMs,
    notes: ['processor time of all threads', ...notes, ...agreement(compute(flows, method), theirs)],
  }
}

/** Both programs from their files to their reports. */
async function whole({ rp2, flows, ledger }: Peer, method: Method): Promise<Ratio> {
  await runOurs(ledger.folder, method)
  const own: number[] = []
  for (let turn = 0; turn < 3; turn++) own.push(await timed(() => runOurs(ledger.folder, method)))
  let ended = false
  const referenceMs = await timed(async () => {
    ended = await runRp2(rp2, ledger, method, PATIENCE_MS)
  })
  const notes = ended ? [] : [`rp2 was stopped after ${PATIENCE_MS / 1000} s: it takes longer than told here`]
  return {
    name: `${rowsOf(flows)}, ${method}: tidemark lots, files to report`,
    against: 'rp2_us, its files to its three reports',
    limit: null,
    ratio: median(own) / referenceMs,
    oursMs: median(own),
    referenceMs,
    notes,
  }
}

const rowsOf = (flows: readonly Flow[]): string =>
  `${flows.length.toLocaleString('en')} rows, ${ASSETS} assets`

export const benches: Bench[] = [
  {
    name: 'Lots beside rp2',
    peer: 'rp2',
    run: async () => [
      ...(await withPeer(FEW, async (peer) => [
        await computing(peer, 'fifo'),
        await computing(peer, 'hifo', [
          'apart: rp2 takes the highest price first, ours the highest cost, its fees in it; and rp2 passes over some lots of income',
        ]),
        await whole(peer, 'fifo'),
      ])),
      await withPeer(FEW, (peer) => computing(peer, 'hifo', ['no income, no fees of purchases']), true),
      ...(await withPeer(MANY, async (peer) => [await computing(peer, 'fifo'), await whole(peer, 'fifo')])),
    ],
  },
]
