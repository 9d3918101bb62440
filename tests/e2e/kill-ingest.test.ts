/**
 * The built program, killed at random moments of its running time and run again: what comes out in the end is what
 * an undisturbed run leaves. The storage suite kills inside the store; here the whole of it dies.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { portfolioBook } from '#core/portfolio.ts'
import type { Market } from '#scripts/simulator/market.ts'
import { build } from '#tests/scripts/support.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { withGecko, type Gecko } from '#tests/support/gecko.ts'
import { inParallel } from '#tests/support/kill.ts'
import {
  copies,
  leaseRunsOut,
  program,
  withStore,
  type Kill,
  type ProgramEnd,
} from '#tests/support/program.ts'
import { seeded, testSeed, type Random } from '#tests/support/random.ts'
import {
  HOLE,
  rangeFlags,
  STEADY,
  STEADY_PORTFOLIO,
  steadyFlows,
  steadyMarket,
} from '#tests/support/steady.ts'

const KILLS = Number(process.env['INGEST_KILLS'] ?? 20)
/** The others are cheaper and have fewer moments to die in. */
const FEWER = Math.ceil(KILLS / 2)
const WIDTH = 2
const SLOWEST_MS = 400
const IMPORTED = 20_000
const INGEST = ['ingest', '--portfolio', 'portfolio.yaml', ...rangeFlags(STEADY)]
const PNL = ['pnl', '--json', ...rangeFlags(STEADY)]

beforeAll(build)

/** A home with a portfolio of six coins and 300 flows, and nothing stored. */
function newHome(seed: number): string {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'portfolio.yaml'), STEADY_PORTFOLIO)
  writeFileSync(join(cwd, 'flows.csv'), steadyFlows(seed, 300))
  return cwd
}

/** A provider whose answers take their time, each its own, so that a kill can fall between any two of them. */
function withProvider<T>(market: Market, random: Random, work: (gecko: Gecko) => Promise<T>): Promise<T> {
  const intercept = async () => {
    await setTimeout(20 + random() * SLOWEST_MS)
    return false
  }
  return withGecko({ market, intercept }, work)
}

/** Exit 3: the hole is longer than a price is carried. All else that is missing would show in the hash. */
function expectEnded(end: ProgramEnd, context: string): void {
  expect(end.code, `${context}\n${end.stderr}`).toBe(3)
}

const moments = (random: Random, count: number, most: number) =>
  Array.from({ length: count }, () => random() * most)

/** Of the store between a kill and the next run: whole, whatever it holds. */
async function expectUndamaged(cwd: string, context: string): Promise<void> {
  await withStore(cwd, async (store) => {
    expect((await store.verify()).damage, context).toEqual([])
    await leaseRunsOut(store)
  })
}

/** What `pnl --json` answered, short enough to be compared in a message; how much of it was cached is left out. */
function answerOf({ stdout }: ProgramEnd): string {
  const { batches, ...answer } = JSON.parse(stdout) as Record<string, unknown>
  expect(batches).toBeDefined()
  return createHash('sha256').update(JSON.stringify(answer)).digest('hex')
}

/** What the store says in the end, in one hash. */
const hashOf = (cwd: string): Promise<string> => withStore(cwd, (store) => store.canonicalHash())

test(
  `F1: ingest killed at ${KILLS} random moments and run again ends where an undisturbed run does`,
  { timeout: 60_000 + KILLS * 8_000 },
  async () => {
    const seed = testSeed(20260201)
    const random = seeded(seed)
    const market = steadyMarket(seed)
    const fresh = copies(newHome(seed))
    // Two at once, as the killed ones will be: they take as long, and they agree.
    const undisturbed = async () =>
      withProvider(market, random, async ({ env, calls, firstCall }) => {
        const { cwd } = fresh()
        const asked = firstCall.then(() => performance.now())
        const first = await program(INGEST, { cwd, env })
        const workMs = performance.now() - (await asked)
        expectEnded(first, 'undisturbed')
        const ingested = await hashOf(cwd)
        const pnl = await program(PNL, { cwd, env })
        expectEnded(pnl, 'undisturbed')
        return {
          ms: first.ms,
          workMs,
          calls: calls().length,
          ingested,
          pnl: answerOf(pnl),
          hash: await hashOf(cwd),
        }
      })
    const [reference, twin] = await Promise.all([undisturbed(), undisturbed()])
    expect([twin.hash, twin.pnl, twin.calls]).toEqual([reference.hash, reference.pnl, reference.calls])
    // Batches and months are content too, or a wrong one would not be seen.
    expect(reference.hash).not.toBe(reference.ingested)
    let killed = 0
    let inWork = 0
    // Half of them at any moment of their life, half at one of their work.
    const kills = Array.from({ length: KILLS }, (_, index) => {
      const atWork = index % 2 === 1
      return { atWork, afterMs: random() * (atWork ? reference.workMs : reference.ms) }
    })
    await inParallel(kills, WIDTH, async ({ atWork, afterMs }) => {
      const at = `seed ${seed}, killed ${afterMs} ms after ${atWork ? 'its first call' : 'its start'}`
      const { cwd, remove } = fresh()
      await withProvider(market, random, async ({ env, calls, firstCall }) => {
        const kill = { afterMs, since: atWork ? firstCall : Promise.resolve() }
        const end = await program(INGEST, { cwd, env, kill })
        if (end.killed) killed++
        if (end.killed && calls().length > 0) inWork++
        await expectUndamaged(cwd, at)
        expectEnded(await program(INGEST, { cwd, env }), at)
        // What was stored is not asked for again: at most what was in flight is.
        expect(calls().length, at).toBeLessThanOrEqual(reference.calls + WINDOWS_AT_ONCE)
        const pnl = await program(PNL, { cwd, env })
        expect(answerOf(pnl), at).toBe(reference.pnl)
      })
      expect(await hashOf(cwd), at).toBe(reference.hash)
      await withStore(cwd, async (store) => {
        expect((await store.verify()).damage, at).toEqual([])
        expect(await store.gaps({})).toMatchObject([
          { asset: HOLE.asset, reason: 'no-data', from: hourAt(HOLE.from), to: hourAt(HOLE.to) },
        ])
      })
      remove()
    })
    console.log(`${killed} of ${KILLS} died, ${inWork} of them while the provider was being asked`)
    // A test in which nobody dies at work proves nothing.
    expect(killed).toBeGreaterThan(KILLS / 4)
    expect(inWork).toBeGreaterThan(KILLS / 10)
  },
)

/** Requests in flight when a run is killed, and the list of coins. */
const WINDOWS_AT_ONCE = 10 + 1
const hourAt = (offset: number): number => STEADY.from + offset * 3_600_000

test(
  `F1: pnl killed at ${FEWER} random moments answers the same when it is asked again`,
  { timeout: 60_000 + KILLS * 5_000 },
  async () => {
    const seed = testSeed(20260202)
    const random = seeded(seed)
    const base = newHome(seed)
    await withProvider(steadyMarket(seed), random, async ({ env }) =>
      expectEnded(await program(INGEST, { cwd: base, env }), 'ingest'),
    )
    const fresh = copies(base)
    const { cwd } = fresh()
    const reference = await program(PNL, { cwd })
    expectEnded(reference, 'undisturbed')
    const hash = await hashOf(cwd)
    let killed = 0
    await inParallel(moments(random, FEWER, reference.ms), WIDTH, async (afterMs) => {
      const at = `seed ${seed}, killed after ${afterMs} ms`
      const place = fresh()
      const end = await program(PNL, { cwd: place.cwd, kill: { afterMs } })
      if (end.killed) killed++
      await expectUndamaged(place.cwd, at)
      const again = await program(PNL, { cwd: place.cwd })
      expect([again.code, answerOf(again)], at).toEqual([reference.code, answerOf(reference)])
      expect(await hashOf(place.cwd), at).toBe(hash)
      place.remove()
    })
    expect(killed).toBeGreaterThan(FEWER / 3)
  },
)

/** The ledger of an exchange: deposits, each a row of its own. */
const krakenLedger = (rows: number): string =>
  [
    'txid,refid,time,type,subtype,aclass,asset,amount,fee,balance',
    ...Array.from({ length: rows }, (_, row) => {
      const time = new Date(Date.UTC(2024, 0, 1) + row * 60_000).toISOString().slice(0, 19)
      return `L${row},R${row},${time},deposit,,currency,XXBT,0.0${row + 1},0.0000,0`
    }),
    '',
  ].join('\n')

test.each([
  ['flows.csv', steadyFlows],
  ['a Kraken ledger', (_seed: number, rows: number) => krakenLedger(rows)],
] as const)(
  `F1: import of %s, ${IMPORTED} rows, killed at ${FEWER} random moments has all of the file or nothing`,
  { timeout: 60_000 + KILLS * 5_000 },
  async (_name, fileOf) => {
    const seed = testSeed(20260203)
    const random = seeded(seed)
    const base = temporaryFolder()
    writeFileSync(join(base, 'many.csv'), fileOf(seed, IMPORTED))
    mkdirSync(join(base, 'data'))
    const fresh = copies(base)
    const run = (cwd: string, kill?: Kill) =>
      program(['import', 'many.csv', '--json'], kill === undefined ? { cwd } : { cwd, kill })
    const flows = (cwd: string) =>
      withStore(cwd, (store) => store.flowCount({ owner: 'local', books: [portfolioBook('main')] }))
    const { cwd } = fresh()
    const reference = await run(cwd)
    expect([reference.code, JSON.parse(reference.stdout)]).toMatchObject([0, { added: IMPORTED }])
    const hash = await hashOf(cwd)
    let nothing = 0
    await inParallel(moments(random, FEWER, reference.ms), WIDTH, async (afterMs) => {
      const at = `seed ${seed}, killed after ${afterMs} ms`
      const place = fresh()
      await run(place.cwd, { afterMs })
      await expectUndamaged(place.cwd, at)
      const stored = await flows(place.cwd)
      expect([0, IMPORTED], at).toContain(stored)
      if (stored === 0) nothing++
      const again = await run(place.cwd)
      expect(JSON.parse(again.stdout), at).toMatchObject({
        added: IMPORTED - stored,
        unchanged: stored,
      })
      expect(await hashOf(place.cwd), at).toBe(hash)
      place.remove()
    })
    expect(nothing).toBeGreaterThan(FEWER / 3)
  },
)
