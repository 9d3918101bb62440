/** Ctrl-C typed into a real terminal, where bars are drawn and the key becomes a signal only there. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startSimulator, type Simulator } from '#scripts/simulator/server.ts'
import { syntheticMarket } from '#scripts/simulator/synthetic.ts'
import { leaseRunsOut, withStore } from '#tests/support/program.ts'
import { CTRL_C, installed, onTerminal, type Step } from '#tests/support/terminal.ts'
import { BINARY, build, documentOf, scratch, tidemark } from './support.ts'

const { dir, remove } = scratch()
beforeAll(build)
afterAll(remove)

/** A provider that answers for so many coins and leaves the rest waiting, until it is told to answer all. */
const ANSWERED = 4
let simulator: Simulator
let asked = 0
let hanging = true
beforeAll(async () => {
  simulator = await startSimulator({
    market: syntheticMarket({ seed: 7 }),
    intercept: ({ path }) => path.includes('/market_chart') && ++asked > ANSWERED && hanging,
  })
})
afterAll(() => simulator.close())
afterEach(() => {
  asked = 0
  hanging = true
})

const INGEST = ['ingest', '--coins', '10', '--days', '7']
function place(name: string) {
  const cwd = join(dir, name)
  mkdirSync(cwd)
  const env = {
    TIDEMARK_DATA_DIR: join(cwd, 'data'),
    COINGECKO_BASE_URL: simulator.coingeckoUrl,
    COINGECKO_RATE: '10000',
  }
  const typed = (steps: readonly Step[], args: readonly string[] = INGEST) =>
    onTerminal([process.execPath, BINARY, ...args], { cwd, env, steps })
  return { cwd, typed, run: (args: string[]) => tidemark(args, { cwd, env }) }
}

/** Sequences that change how a terminal behaves, and those that change it back. */
const SWITCHES = { cursor: 'x1b\\[\\?25', wrapping: 'x1b\\[\\?7' } as const
function lastOf(output: string, what: keyof typeof SWITCHES): string | undefined {
  return [...output.matchAll(new RegExp(`\\${SWITCHES[what]}([hl])`, 'g'))].at(-1)?.[1]
}
function expectLeftAsItWas(output: string, kept: boolean): void {
  // Bars were drawn, which wrap no line.
  expect(lastOf(output.slice(0, output.indexOf('^C')), 'wrapping'), output).toBe('l')
  expect(lastOf(output, 'wrapping'), output).toBe('h')
  expect(lastOf(output, 'cursor') ?? 'h', output).toBe('h')
  expect(kept, 'the modes of the terminal').toBe(true)
}

describe.skipIf(!installed('python3'))('F7: Ctrl-C in a terminal', () => {
  test('F7: once: says so, stores what came, leaves the terminal as it was, exit 130; the next run goes on', async () => {
    const { typed, run } = place('once')
    const { output, status, kept } = await typed([{ after: `prices .* ${ANSWERED}/10`, type: CTRL_C }])
    expect(status, output).toBe(130)
    // On a line of its own, which no bar is drawn over.
    expect(output).toMatch(/\^C[^]*\[2KStopping: work in flight[^\n]*\n/)
    expect(output).toMatch(/Stopping[^]*Stopped before the end; what was read is stored/)
    expectLeftAsItWas(output, kept)

    hanging = false
    const again = await run([...INGEST, '--json', '-q'])
    const { hours } = documentOf(again) as unknown as { hours: { added: number; unchanged: number } }
    const each = 8 * 24 + 1
    // What was stored is not stored again: the others, and at the top of an hour its candles.
    expect(again.code).toBe(0)
    expect(hours.added).toBeGreaterThan((10 - ANSWERED - 1) * each)
    expect(hours.added).toBeLessThan((10 - ANSWERED + 1) * each)
    expect((await run(['verify'])).code).toBe(0)
  })

  test('F7: twice: leaves at once, with the terminal as it was, exit 130; the next run goes on', async () => {
    const { cwd, typed, run } = place('twice')
    const { output, status, kept } = await typed([
      { after: `prices .* ${ANSWERED}/10`, type: CTRL_C },
      { after: 'Once more to leave at once', type: CTRL_C },
    ])
    expect(status, output).toBe(130)
    expect(output).not.toContain('Stopped before the end')
    expectLeftAsItWas(output, kept)

    hanging = false
    // Who leaves at once gives no lease back: it runs out within a minute.
    await withStore(cwd, leaseRunsOut)
    expect((await run([...INGEST, '-q'])).code).toBe(0)
    expect((await run(['verify'])).code).toBe(0)
  })
  test('F7: a schedule between two runs: its summary stands above the bars, exit 130', async () => {
    hanging = false
    const { typed } = place('schedule')
    const steps = [{ after: 'Next run at .*\n', type: CTRL_C }]
    const { output, status, kept } = await typed(steps, ['schedule', '--cron', '0 0 1 1 *'])
    expect(status, output).toBe(130)
    expect(output).toMatch(/\[2KComplete \(run [^]* {2}hours [^]*Next run at /)
    expectLeftAsItWas(output, kept)
  })
})
