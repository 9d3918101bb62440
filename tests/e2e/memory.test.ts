/** Much data in little memory: the built program with a heap of 200 MB. `LONG=1` has ten times as much of it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import type { Market } from '#scripts/simulator/market.ts'
import { replayMarket } from '#scripts/simulator/replay.ts'
import { build } from '#tests/scripts/support.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { withGecko } from '#tests/support/gecko.ts'
import { program, type ProgramEnd } from '#tests/support/program.ts'
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
/** Young objects have little room too, which the lines of Node give different amounts of. */
const HEAP = '--max-old-space-size=200 --max-semi-space-size=8'
/** The whole process, of any number of assets: what is held outside of the heap counts too. */
const INGEST_MB = 256

beforeAll(build)

type Run = (exitCode: number, ...args: string[]) => Promise<ProgramEnd>

/** Lets the program run against a market with its heap held down, to the exit code that is expected. */
function withProgram(market: Market, span: Span, work: (run: Run, cwd: string) => Promise<void>) {
  const cwd = temporaryFolder()
  return withGecko({ market, now: nowAfter(span) }, ({ env }) =>
    work(async (exitCode, ...args) => {
      const end = await program(args, { cwd, env: { ...env, NODE_OPTIONS: HEAP } })
      console.log(`${args[0]}: ${end.peakMb ?? '?'} MB at most, ${Math.round(end.ms / 1000)} s`)
      expect(end.code, end.stderr.slice(0, 2_000)).toBe(exitCode)
      return end
    }, cwd),
  )
}

test(
  `F33: ${FLOWS} flows are imported and valued in a heap of 200 MB`,
  { timeout: LONG ? 1_200_000 : 120_000 },
  async () => {
    const range = rangeFlags(FLOW_SPAN)
    await withProgram(steadyMarket(7, FLOW_SPAN), FLOW_SPAN, async (run, cwd) => {
      writeFileSync(join(cwd, 'many.csv'), steadyFlows(7, FLOWS, FLOW_SPAN))
      const imported = await run(0, 'import', 'many.csv', '--json')
      expect(JSON.parse(imported.stdout)).toMatchObject({ added: FLOWS, sameAsOther: 0 })
      // One of the coins has a hole that is longer than its price is carried.
      await run(3, 'ingest', '--asset', ...STEADY_COINS, '-q', ...range)
      const { stdout } = await run(3, 'pnl', '--every', '1d', '--json', ...range)
      const { hours, tokens } = JSON.parse(stdout) as { hours: unknown[]; tokens: { quantity: string[] }[] }
      expect(hours).toHaveLength(FLOW_SPAN.days + 1)
      expect(tokens).toHaveLength(STEADY_COINS.length)
    })
  },
)

test(
  `F33: a year of ${ASSETS} assets is read in a heap of 200 MB`,
  { timeout: LONG ? 1_800_000 : 240_000 },
  async () => {
    const range = rangeFlags(YEAR)
    await withProgram(manyCoins(ASSETS), YEAR, async (run) => {
      const hours = ASSETS * (YEAR.days * 24 + 25)
      const first = await run(0, 'ingest', '--coins', String(ASSETS), '--json', ...range)
      expect(JSON.parse(first.stdout)).toMatchObject({
        outcome: 'complete',
        hours: { added: hours, rejected: 0 },
        coins: { added: ASSETS },
      })
      expect(first.peakMb ?? 0).toBeLessThan(INGEST_MB)
      const again = await run(0, 'ingest', '--coins', String(ASSETS), '--json', ...range)
      expect(JSON.parse(again.stdout)).toMatchObject({ nothingNew: true })
      await run(0, 'verify')
    })
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
