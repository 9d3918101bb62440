import {
  balancesOf,
  limitsOfPortfolios,
  limitsOfPrices,
  portfoliosOf,
  pricesOf,
  YEARS,
  type BalanceWay,
  type Granularity,
  type Limit,
} from './arithmetic.ts'
import { FIGURES } from './figures.ts'

const TOKENS = [10, 1_000, 10_000]
const GRANULARITIES: readonly Granularity[] = ['hourly', 'five-minute']
const PORTFOLIOS = [1, 125_000, 10_000_000]

const WALLETS: readonly (readonly [wallets: number, chains: number])[] = [
  [20, 3],
  [150_000, 100],
]
const TOKENS_A_WALLET = 10
const WAYS: readonly BalanceWay[] = [
  'a call for each balance',
  'a multicall for each wallet',
  'a multicall for many wallets',
]

const CASES = TOKENS.flatMap((tokens) =>
  GRANULARITIES.map((granularity) => ({ tokens, granularity, prices: pricesOf(tokens, granularity) })),
)

/** Every table of `docs/scale.md`, by the name that its markers there have. */
export const TABLES: Readonly<Record<string, () => string>> = {
  figures: () =>
    table(
      ['figure', 'from'],
      Object.values(FIGURES).map(({ value, unit, from }) => [`${figure(value)} ${unit}`, from]),
    ),
  bytes: () =>
    table(
      ['tokens', 'points', 'embedded', 'MongoDB, at most', 'InfluxDB'],
      CASES.map(({ tokens, granularity, prices: { points, bytes } }) => [
        `${whole(tokens)} ${granularity}`,
        whole(points),
        size(bytes.embedded),
        size(bytes.mongodb),
        size(bytes.influxdb),
      ]),
    ),
  calls: () =>
    table(
      [
        'tokens',
        `${YEARS} years once: calls`,
        'at the rate',
        'months of credits',
        'current: calls a month',
        'a round takes',
      ],
      CASES.map(({ tokens, granularity, prices: { backfill, current } }) => [
        `${whole(tokens)} ${granularity}`,
        whole(backfill.calls),
        time(backfill.seconds),
        backfill.months.toFixed(backfill.months < 10 ? 2 : 0),
        whole(current.callsAMonth),
        `${time(current.seconds)} of ${time(current.everySeconds)}`,
      ]),
    ),
  seconds: () =>
    table(
      ['tokens', `write ${YEARS} years`, 'read them', 'PnL from nothing', 'PnL of one new hour'],
      CASES.map(({ tokens, granularity, prices: { machine } }) => [
        `${whole(tokens)} ${granularity}`,
        time(machine.write),
        time(machine.read),
        time(machine.rebuild),
        time(machine.newHour),
      ]),
    ),
  portfolios: () =>
    table(
      [
        'portfolios',
        'valued in',
        'machines for a quarter of an hour',
        'snapshots a year',
        'bytes a year',
        `${YEARS} years, hourly for 90 days, then daily`,
      ],
      PORTFOLIOS.map((count) => {
        const { seconds, machines, snapshotsAYear, bytesAYear, bytesThinned } = portfoliosOf(count)
        return [
          whole(count),
          time(seconds),
          whole(machines),
          whole(snapshotsAYear),
          size(bytesAYear),
          size(bytesThinned),
        ]
      }),
    ),
  wallets: () =>
    table(
      ['wallets', 'chains', 'asked by', 'requests a round', 'of one chain', 'a round takes'],
      WALLETS.flatMap(([wallets, chains]) =>
        WAYS.map((way) => {
          const { requests, perChain, seconds } = balancesOf(way, wallets, chains, TOKENS_A_WALLET)
          return [whole(wallets), whole(chains), way, whole(requests), whole(perChain), time(seconds)]
        }),
      ),
    ),
  limits: () =>
    table(
      ['what', 'breaks first', 'then'],
      [
        ...CASES.map(({ tokens, granularity, prices }) => [
          `${whole(tokens)} tokens, ${granularity}`,
          ...broken(limitsOfPrices(prices)),
        ]),
        ...PORTFOLIOS.map((count) => [
          `${whole(count)} portfolios, hourly`,
          ...broken(limitsOfPortfolios(portfoliosOf(count))),
        ]),
      ],
    ),
}

/** The document with its tables as they are computed now. @throws Error when it has no place for one of them */
export function withTables(document: string): string {
  return Object.entries(TABLES).reduce((text, [name, make]) => {
    const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`]
    const from = text.indexOf(begin)
    const to = text.indexOf(end)
    if (from < 0 || to < from) throw new Error(`docs/scale.md has no place for the table "${name}"`)
    return `${text.slice(0, from)}${begin}\n${make()}\n${text.slice(to)}`
  }, document)
}

function broken(limits: readonly Limit[]): [string, string] {
  const words = limits.slice(0, 2).map(({ name, used }) => {
    const share = used >= 1 ? `${figure(used)} times` : `${used < 0.0001 ? '< 0.01' : figure(used * 100)} %`
    return `${name}: ${share}`
  })
  const [first = '', then = ''] = words
  return [(limits[0]?.used ?? 0) > 1 ? `**${first}**` : `nothing; nearest is ${first}`, then]
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`
  return [head, head.map(() => '---'), ...rows].map(line).join('')
}

const whole = (value: number): string => Math.round(value).toLocaleString('en')

function figure(value: number): string {
  if (value >= 1000) return whole(value)
  if (value !== 0 && value < 0.001) return value.toExponential(2)
  return String(Number(value.toPrecision(3)))
}

function scaled(value: number, steps: readonly (readonly [number, string])[]): string {
  const [divisor, unit] = steps.find(([least]) => value >= least) ?? steps.at(-1) ?? [1, '']
  return `${figure(value / divisor)} ${unit}`
}

const size = (bytes: number): string =>
  scaled(bytes, [
    [1e15, 'PB'],
    [1e12, 'TB'],
    [1e9, 'GB'],
    [1e6, 'MB'],
    [1e3, 'kB'],
  ])

const time = (seconds: number): string =>
  scaled(seconds, [
    [86_400, 'days'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
    [0.001, 'ms'],
  ])
