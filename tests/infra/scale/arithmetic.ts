import { DAY_MS, HOUR_MS, type Hour } from '#core/hour.ts'
import { windowsFor } from '#pipeline/plan/windows.ts'
import { FIGURES } from './figures.ts'

export const YEARS = 10
const MONTHS_A_YEAR = 12
const HOURS_A_YEAR = 365.25 * 24

export type Granularity = 'hourly' | 'five-minute'
const PER_HOUR: Readonly<Record<Granularity, number>> = { hourly: 1, 'five-minute': 12 }

/** What the prices of so many tokens take: bytes, provider's calls, seconds of one machine. */
export type Prices = {
  readonly points: number
  readonly bytes: { readonly embedded: number; readonly mongodb: number; readonly influxdb: number }
  /** To fetch ten years once. */
  readonly backfill: { readonly calls: number; readonly seconds: number; readonly months: number }
  /** To stay current: once an hour, or every five minutes. */
  readonly current: { readonly callsAMonth: number; readonly seconds: number; readonly everySeconds: number }
  /** On one machine and the embedded store: all ten years, and one portfolio that holds all of it. */
  readonly machine: {
    readonly write: number
    readonly read: number
    readonly rebuild: number
    readonly newHour: number
  }
}

export function pricesOf(tokens: number, granularity: Granularity): Prices {
  const perHour = PER_HOUR[granularity]
  const points = tokens * YEARS * HOURS_A_YEAR * perHour
  const calls = tokens * windowsOfTenYears(granularity)
  const callsAMonth = (tokens * perHour * HOURS_A_YEAR) / MONTHS_A_YEAR
  return {
    points,
    bytes: {
      embedded: points * FIGURES.embeddedBytes.value,
      mongodb: points * FIGURES.mongodbBytes.value,
      influxdb: points * FIGURES.influxBytes.value,
    },
    backfill: { calls, seconds: secondsOf(calls), months: calls / FIGURES.creditsAMonth.value },
    current: { callsAMonth, seconds: secondsOf(tokens), everySeconds: 3600 / perHour },
    machine: {
      write: points * FIGURES.writeSeconds.value,
      read: points * FIGURES.readSeconds.value,
      rebuild: points * FIGURES.rebuildSeconds.value,
      newHour: tokens * FIGURES.newHourSeconds.value,
    },
  }
}

const secondsOf = (calls: number): number => (calls * 60) / FIGURES.callsAMinute.value

/** Calls for one token, by the planner that the program itself uses. */
function windowsOfTenYears(granularity: Granularity): number {
  const days = granularity === 'hourly' ? FIGURES.hourlyWindowDays.value : FIGURES.fiveMinuteWindowDays.value
  const from = Date.UTC(2016, 0, 1) as Hour
  const to = (from + YEARS * HOURS_A_YEAR * HOUR_MS) as Hour
  const limits = { maxHours: days * 24, minHours: 48, reach: null, now: to + DAY_MS * 30 }
  return windowsFor([{ from, to }], limits).length
}

/** What valuing so many portfolios of 12 holdings every hour takes. */
export type Portfolios = {
  readonly seconds: number
  /** Machines of two cores, so that an hour is valued within a quarter of it. */
  readonly machines: number
  readonly snapshotsAYear: number
  readonly bytesAYear: number
  /** Where one snapshot a day is kept of what is older than 90 days. */
  readonly bytesThinned: number
}

const QUARTER_HOUR = 900
const HOURLY_DAYS = 90

export function portfoliosOf(count: number): Portfolios {
  const seconds = count * FIGURES.valueSeconds.value
  const snapshotsAYear = count * HOURS_A_YEAR
  const kept = HOURLY_DAYS * 24 + YEARS * 365.25 - HOURLY_DAYS
  return {
    seconds,
    machines: Math.ceil(seconds / QUARTER_HOUR),
    snapshotsAYear,
    bytesAYear: snapshotsAYear * FIGURES.snapshotBytes.value,
    bytesThinned: count * kept * FIGURES.snapshotBytes.value,
  }
}

/** A limit and how much of it is used; above 1 it is broken. */
export type Limit = { readonly name: string; readonly used: number }

/** The most used limit first. */
export function limitsOfPrices(prices: Prices): Limit[] {
  const { current, bytes, machine } = prices
  return inOrder([
    { name: 'credits of a month', used: current.callsAMonth / FIGURES.creditsAMonth.value },
    { name: 'calls a minute', used: current.seconds / current.everySeconds },
    { name: 'one disk of 1 TB', used: bytes.embedded / FIGURES.diskBytes.value },
    { name: "one machine's time", used: machine.newHour / current.everySeconds },
  ])
}

export function limitsOfPortfolios({ seconds, bytesAYear }: Portfolios): Limit[] {
  return inOrder([
    { name: 'one disk of 1 TB, by one year of snapshots', used: bytesAYear / FIGURES.diskBytes.value },
    { name: "one machine's hour", used: seconds / 3600 },
  ])
}

const inOrder = (limits: readonly Limit[]): Limit[] => [...limits].sort((a, b) => b.used - a.used)

/** How balances of wallets are asked for. */
export type BalanceWay =
  'a call for each balance' | 'a multicall for each wallet' | 'a multicall for many wallets'

/** Requests that balances of wallets take in one round, on all chains together and on the busiest. */
export type Balances = {
  readonly requests: number
  readonly perChain: number
  /** A round on every chain side by side, at the rate that a chain is asked at. */
  readonly seconds: number
}

/** @param tokens held by a wallet on a chain, beside its coin */
export function balancesOf(way: BalanceWay, wallets: number, chains: number, tokens: number): Balances {
  const balances = wallets * (tokens + 1)
  const perChain =
    way === 'a call for each balance'
      ? balances
      : way === 'a multicall for each wallet'
        ? wallets * Math.ceil((tokens + 1) / FIGURES.balancesARequest.value)
        : 1 + Math.ceil(balances / FIGURES.balancesARequest.value)
  return { requests: perChain * chains, perChain, seconds: perChain / FIGURES.chainRate.value }
}
