/** Much data in little memory: the built program with a heap of 200 MB. `LONG=1` has ten times as much of it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import type { Market } from '#scripts/simulator/market.ts'
import { replayMarket } from '#scripts/simulator/replay.ts'
import { startSimulator } from '#scripts/simulator/server.ts'
import { build } from '#tests/scripts/support.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { program } from '#tests/support/program.ts'
import {
  nowAfter,
  rangeFlags,
  STEADY,
  STEADY_COINS,
  steadyFlows,
  steadyMarket,
  type Span,
} from '#tests/support/steady.ts'

const LONG = process.env['LONG'] !== undefined
const FLOWS = LONG ? 1_000_000 : 100_000
const FLOW_SPAN: Span = LONG ? { from: Date.UTC(2019, 1, 10) as Hour, days: 1_826 } : STEADY
const ASSETS = LONG ? 2_000 : 300
const YEAR: Span = { from: STEADY.from, days: 365 }
const HEAP = '--max-old-space-size=200'
const KEY = 'CG-many'

beforeAll(build)

/** Runs the program against a market with its heap held down; the exit code is that of data that is there, or partly. */
async function runner(market: Market, span: Span) {
  const coingecko = { plan: 'pro', apiKey: KEY } as const
  const simulator = await startSimulator({ market, coingecko, now: nowAfter(span) })
  const cwd = temporaryFolder()
  const env = {
    NODE_OPTIONS: HEAP,
    COINGECKO_PLAN: 'pro',
    COINGECKO_API_KEY: KEY,
    COINGECKO_BASE_URL: simulator.coingeckoUrl,
    COINGECKO_RATE: '10000',
  }
  const run = async (exitCode: number, ...args: string[]) => {
    const end = await program(args, { cwd, env })
    console.log(`${args[0]}: ${end.peakMb ?? '?'} MB at most, ${Math.round(end.ms / 1000)} s`)
    expect(end.code, end.stderr.slice(0, 2_000)).toBe(exitCode)
    return end
  }
  return { cwd, run, close: () => simulator.close() }
}

test(
  `F33: ${FLOWS} flows are imported and valued in a heap of 200 MB`,
  { timeout: LONG ? 1_200_000 : 120_000 },
  async () => {
    const { cwd, run, close } = await runner(steadyMarket(7, FLOW_SPAN), FLOW_SPAN)
    const range = rangeFlags(FLOW_SPAN)
    try {
      writeFileSync(join(cwd, 'many.csv'), steadyFlows(7, FLOWS, FLOW_SPAN))
      const imported = await run(0, 'import', 'many.csv', '--json')
      expect(JSON.parse(imported.stdout)).toMatchObject({ added: FLOWS, sameAsOther: 0 })
      // One of the coins has a hole that is longer than its price is carried.
      await run(3, 'ingest', '--asset', ...STEADY_COINS, '-q', ...range)
      const { stdout } = await run(3, 'pnl', '--every', '1d', '--json', ...range)
      const { hours, tokens } = JSON.parse(stdout) as { hours: unknown[]; tokens: { quantity: string[] }[] }
      expect(hours).toHaveLength(FLOW_SPAN.days + 1)
      expect(tokens).toHaveLength(STEADY_COINS.length)
    } finally {
      await close()
    }
  },
)

test(
  `F33: a year of ${ASSETS} assets is read in a heap of 200 MB`,
  { timeout: LONG ? 1_800_000 : 240_000 },
  async () => {
    const { run, close } = await runner(manyCoins(ASSETS), YEAR)
    const range = rangeFlags(YEAR)
    try {
      const hours = ASSETS * (YEAR.days * 24 + 25)
      const first = await run(0, 'ingest', '--coins', String(ASSETS), '--json', ...range)
      expect(JSON.parse(first.stdout)).toMatchObject({
        outcome: 'complete',
        hours: { added: hours, rejected: 0 },
        coins: { added: ASSETS },
      })
      const again = await run(0, 'ingest', '--coins', String(ASSETS), '--json', ...range)
      expect(JSON.parse(again.stdout)).toMatchObject({ nothingNew: true })
      await run(0, 'verify')
    } finally {
      await close()
    }
  },
)

/** That many coins whose prices are all the same wave, so that the market itself takes no room. */
function manyCoins(count: number): Market {
  const hours = YEAR.days * 24 + 40
  const times = Float64Array.from({ length: hours }, (_, hour) => YEAR.from + (hour - 26) * HOUR_MS + 60_000)
  const prices = times.map((_, hour) => Number((100 + 30 * Math.sin(hour / 50)).toPrecision(9)))
  return replayMarket(
    Array.from({ length: count }, (_, index) => ({
      id: `coin-${index}`,
      supply: 1e9 - index,
      times,
      prices,
    })),
  )
}
