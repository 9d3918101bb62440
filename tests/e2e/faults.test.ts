/** Faults that only the whole program can show, each by its number. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { addHours, formatTime } from '#core/hour.ts'
import { syntheticMarket } from '#scripts/simulator/synthetic.ts'
import { mounted, skipBecause } from '#tests/storage/support/mount.ts'
import { build, documentOf } from '#tests/scripts/support.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { withGecko } from '#tests/support/gecko.ts'
import { copies, program, withStore } from '#tests/support/program.ts'
import {
  HOLE,
  rangeFlags,
  STEADY,
  STEADY_PORTFOLIO,
  steadyFlows,
  steadyMarket,
} from '#tests/support/steady.ts'

const SEED = 5
/** What the manager of a service waits before it kills. */
const DRAIN_MS = 10_000
const market = steadyMarket(SEED)
const INGEST = ['ingest', '--portfolio', 'portfolio.yaml', ...rangeFlags(STEADY)]

beforeAll(build)

/** A home with a portfolio of six coins and 300 flows, and nothing stored. */
function newHome(): string {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'portfolio.yaml'), STEADY_PORTFOLIO)
  writeFileSync(join(cwd, 'flows.csv'), steadyFlows(SEED, 300))
  return cwd
}

/** The same with everything stored. */
async function storedHome(): Promise<string> {
  const cwd = newHome()
  await withGecko({ market }, async ({ env }) => {
    const end = await program(INGEST, { cwd, env })
    // Some hours are missing for longer than a price is carried.
    expect(end.code, end.stderr).toBe(3)
  })
  return cwd
}

describe('F6: SIGTERM during work', () => {
  test('F6: ingest stores what is in flight and what ends within its grace, and exits 143; the next run does the rest', async () => {
    const undisturbed = await storedHome()
    const cwd = newHome()
    const slow = /tron|cardano/
    let bothHang: () => void
    const hanging = new Promise<void>((resolve) => (bothHang = resolve))
    let hung = 0
    const intercept = async ({ path }: { path: string }) => {
      // In flight when the signal comes, and answered within the grace.
      if (path.includes('ethereum')) await hanging.then(() => setTimeout(1_800))
      if (!slow.test(path)) return false
      if (++hung === 2) bothHang()
      await setTimeout(60_000, null, { ref: false })
      return true
    }
    await withGecko({ market, intercept }, async ({ env }) => {
      const kill = { afterMs: 1_000, since: hanging, signal: 'SIGTERM' } as const
      const end = await program([...INGEST, '--json'], { cwd, env, kill })
      expect([end.code, documentOf({ ...end, signal: null }).error?.code]).toEqual([143, 'TERMINATED'])
      expect(end.afterSignalMs).toBeLessThan(DRAIN_MS)
    })
    const priced = await withStore(cwd, async (store) => {
      expect((await store.verify()).damage).toEqual([])
      return (await store.series()).map(({ asset }) => asset)
    })
    expect(priced).toEqual(['bitcoin', 'dogecoin', 'ethereum', 'solana'])
    await withGecko({ market }, async ({ env, calls }) => {
      expect((await program(INGEST, { cwd, env })).code).toBe(3)
      const charts = calls().filter((path) => path.includes('market_chart'))
      expect(charts.filter((path) => slow.test(path))).toHaveLength(2)
      expect(charts).toHaveLength(2)
    })
    const hash = (home: string) => withStore(home, (store) => store.canonicalHash())
    expect(await hash(cwd)).toBe(await hash(undisturbed))
  })

  test('F6: schedule drains in the middle of a run and exits 143; ingest goes on where it stopped', async () => {
    const cwd = temporaryFolder()
    const moving = syntheticMarket({ seed: SEED })
    let charts = 0
    const intercept = async ({ path }: { path: string }) => {
      if (!path.includes('market_chart') || ++charts <= 3) return false
      await setTimeout(60_000, null, { ref: false })
      return true
    }
    await withGecko({ market: moving, now: Date.now, intercept }, async ({ env, firstCall }) => {
      const kill = { afterMs: 1_500, since: firstCall, signal: 'SIGTERM' } as const
      const end = await program(['schedule', '--cron', '0 0 1 1 *'], { cwd, env, kill })
      expect(end.code, end.stderr).toBe(143)
      expect(end.afterSignalMs).toBeLessThan(DRAIN_MS)
    })
    const stored = await withStore(cwd, async (store) => {
      expect((await store.verify()).damage).toEqual([])
      return (await store.series()).length
    })
    expect(stored).toBe(3)
    await withGecko({ market: moving, now: Date.now }, async ({ env }) => {
      expect((await program(['ingest', '-q'], { cwd, env })).code).toBe(0)
    })
    expect(await withStore(cwd, async (store) => (await store.series()).length)).toBe(10)
  })
})

describe('F15: a price is missing', () => {
  test('F15: table, document and export agree on which token and hour is missing and that the total is partial, exit 3', async () => {
    const cwd = await storedHome()
    const at = (offset: number) => formatTime(addHours(STEADY.from, offset))
    // Carried for three hours, then missing, then there again.
    const missing = HOLE.from + 4
    const range = ['--from', at(HOLE.from - 1), '--to', at(HOLE.to)]
    const document = await program(['pnl', '--json', ...range], { cwd })
    const table = await program(['pnl', ...range], { cwd })
    const exported = await program(['export', '--what', 'pnl', ...range], { cwd })
    expect([document.code, table.code, exported.code]).toEqual([3, 3, 3])

    const { hours, tokens, total, gaps } = JSON.parse(document.stdout) as Report
    const hour = hours.indexOf(at(missing))
    const token = tokens.find(({ asset }) => asset === HOLE.asset)
    expect([token?.mark[hour], token?.value[hour], token?.pnl[hour]]).toEqual([null, null, null])
    expect(token?.quality.slice(1, -1).join(' ')).toEqual(
      'carried carried carried missing missing missing missing',
    )
    expect(total.coverage[hour]).toBeLessThan(1)
    expect(total.coverageByCount[hour]).toBeCloseTo(5 / 6)
    expect(gaps).toMatchObject([{ asset: HOLE.asset, from: at(HOLE.from + 3), to: at(HOLE.to - 1) }])
    // The total goes on with the last price: it neither falls by that token nor forgets it.
    const others = tokens.filter(({ asset }) => asset !== HOLE.asset)
    const known = others.reduce((sum, one) => sum + Number(one.value[hour]), 0)
    expect(Number(total.value[hour])).toBeGreaterThan(known)

    const rows = exported.stdout.split('\n').map((line) => line.split(','))
    const names = rows[0] ?? []
    const row = rows.find(([time, asset]) => time === at(missing) && asset === HOLE.asset) ?? []
    const cell = (name: string) => row[names.indexOf(name)]
    expect([cell('mark'), cell('value'), cell('pnl'), cell('quality')]).toEqual(['', '', '', 'missing'])
    const sum = rows.find(([time, asset]) => time === at(missing) && asset !== undefined && asset === 'total')
    expect(sum?.[names.indexOf('value')]).toBe(total.value[hour])

    const printed = table.stdout.split('\n')
    const stamp = at(missing).slice(0, 16).replace('T', ' ')
    const line = printed.find((text) => text.startsWith(stamp) && text.includes('SOLAN')) ?? ''
    expect(line).toMatch(/missing/)
    expect(printed.join('\n')).toContain(HOLE.asset)
  })
})
type Report = {
  hours: string[]
  tokens: {
    asset: string
    mark: unknown[]
    value: (string | null)[]
    pnl: (string | null)[]
    quality: string[]
  }[]
  total: { value: string[]; coverage: number[]; coverageByCount: number[] }
  gaps: unknown[]
}

describe('F22: the zone of the machine', () => {
  const ZONES = ['Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu']
  // The range has a leap day and the change of clocks of two of them.
  const COMMANDS = [
    ['pnl', '--every', '1d', ...rangeFlags(STEADY)],
    ['pnl', '--every', '1w', '--json', ...rangeFlags(STEADY)],
    ['pnl', '--from', '2024-03-31 00:30', '--to', '2024-03-31T05:00'],
    ['export', '--what', 'pnl', '--from', '2024-03-30', '--to', '2024-04-08'],
    ['export', '--what', 'flows'],
    ['prices', '--asset', 'bitcoin', '--from', '2024-04-06', '--to', '2024-04-07', '--limit', '100'],
    ['gaps'],
  ]

  test('F22: changes no byte of what pnl, export and the lists print, nor of what is stored', async () => {
    const cwd = await storedHome()
    const answers = async (zone: string) => {
      const outputs: string[] = []
      for (const args of COMMANDS) {
        const { stdout, code, stderr } = await program(args, { cwd, env: { TZ: zone } })
        expect(stdout, stderr).not.toBe('')
        expect([0, 3]).toContain(code)
        // Only the first answer has batches to compute.
        outputs.push(`${args.join(' ')}\n${stdout.replace(/"batches":\{[^}]*\}/, '')}`)
      }
      return outputs
    }
    const utc = await answers('UTC')
    for (const zone of ZONES) {
      expect(offsetIn(zone)).not.toBe('0')
      expect(await answers(zone), zone).toEqual(utc)
    }
    // What each zone reads of a file, into a store of its own.
    const hashes = new Set<string>()
    for (const zone of ['UTC', ...ZONES]) {
      const home = temporaryFolder()
      writeFileSync(join(home, 'clocks.csv'), CLOCKS)
      expect((await program(['import', 'clocks.csv'], { cwd: home, env: { TZ: zone } })).code).toBe(0)
      hashes.add(await withStore(home, (store) => store.canonicalHash()))
    }
    expect(hashes.size).toBe(1)
  })

  /** Times that some zone skips or has twice. */
  const CLOCKS = `time,asset,quantity,kind
2024-03-31 02:30,bitcoin,1,buy
2023-10-29 02:30,bitcoin,1,buy
2024-04-07 01:45,bitcoin,1,buy
2024-02-29,bitcoin,1,buy
2023-12-31T23:59:59,bitcoin,1,buy
`
  const offsetIn = (zone: string): string =>
    execFileSync(process.execPath, ['-p', 'new Date(2024, 0, 15).getTimezoneOffset()'], {
      env: { TZ: zone },
      encoding: 'utf8',
    }).trim()
})

describe('F25: a folder that cannot be written to', () => {
  test('F25: pnl, export, lists and verify answer as ever; ingest is refused with exit 6 before it asks anything', async (context) => {
    const source = await storedHome()
    const READS = [
      ['pnl', '--json', ...rangeFlags(STEADY)],
      ['export', '--what', 'pnl', ...rangeFlags(STEADY)],
      ['prices', '--asset', 'bitcoin', '--json', ...rangeFlags(STEADY)],
      ['holdings', '--json'],
      ['flows', '--json'],
      ['gaps', '--json'],
      ['runs', '--json'],
    ]
    const fresh = copies(source)
    const writable = fresh().cwd
    const { cwd } = fresh()
    if (mounted(cwd, ['--bind', cwd]) === null) skipBecause(context, 'needs a mount that refuses writes')
    execFileSync('mount', ['-o', 'remount,ro,bind', cwd])
    const before = readdirSync(join(cwd, 'data'))
    for (const args of READS) {
      const expected = await program(args, { cwd: writable })
      const end = await program(args, { cwd })
      const context = `${args.join(' ')}\n${end.stderr}`
      expect([end.code, content(end.stdout)], context).toEqual([expected.code, content(expected.stdout)])
    }
    expect((await program(['verify'], { cwd })).code).toBe(0)
    await withGecko({ market }, async ({ env, calls }) => {
      for (const args of [INGEST, ['schedule'], ['backfill'], ['import', 'flows.csv']]) {
        const end = await program([...args, '--json'], { cwd, env })
        const { error } = documentOf({ ...end, signal: null })
        expect([end.code, error?.code], args.join(' ')).toEqual([6, 'STORE_READ_ONLY'])
        expect(error?.message).toContain(join(cwd, 'data'))
      }
      expect(calls()).toEqual([])
    })
    expect(readdirSync(join(cwd, 'data'))).toEqual(before)
  })

  /** How much was cached may differ, and which of the folders the flows file was read in. */
  const content = (text: string): string =>
    text.replace(/"batches":\{[^}]*\}/, '').replaceAll(/"file":"[^"]*"/g, '')
})

describe('F41: settings that are wrong', () => {
  test.each([
    ['an unknown key', { COINGEKO_API_KEY: 'x' }, 'COINGECKO_API_KEY'],
    ['a wrong value', { COINGECKO_PLAN: 'gold' }, 'public, demo, pro'],
    ['a wrong type', { COINGECKO_RATE: 'fast' }, 'COINGECKO_RATE'],
    ['an empty secret', { ALLIUM_API_KEY: '' }, 'ALLIUM_API_KEY'],
  ])(
    'F41: %s is exit 5 for every command that works; nothing is asked and nothing made',
    async (_, wrong, words) => {
      const cwd = newHome()
      await withGecko({ market }, async ({ env, calls }) => {
        for (const args of [['ingest'], ['backfill'], ['schedule'], ['pnl'], ['import', 'flows.csv']]) {
          const end = await program([...args, '--json'], { cwd, env: { ...env, ...wrong } })
          const { error } = documentOf({ ...end, signal: null })
          expect([end.code, error?.code], args[0]).toEqual([5, 'CONFIG_INVALID'])
          expect(error?.faults?.join('\n')).toContain(words)
        }
        expect(calls()).toEqual([])
      })
      expect(existsSync(join(cwd, 'data'))).toBe(false)
    },
  )

  test('F41: a fault in the portfolio file is exit 5, with its place, before anything is asked', async () => {
    const cwd = newHome()
    writeFileSync(join(cwd, 'portfolio.yaml'), STEADY_PORTFOLIO.replace('quantity', 'quantty'))
    await withGecko({ market }, async ({ env, calls }) => {
      const end = await program([...INGEST, '--json'], { cwd, env })
      const { error } = documentOf({ ...end, signal: null })
      expect([end.code, error?.code]).toEqual([5, 'PORTFOLIO_INVALID'])
      expect(error?.faults?.join('\n')).toMatch(/4:\d+.*quantty/)
      expect(calls()).toEqual([])
    })
  })
})
