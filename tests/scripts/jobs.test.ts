import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, formatTime } from '#core/hour.ts'
import { hang } from '#tests/support/provider-faults.ts'
import { BINARY, CANARY, documentOf, everyOutput, tidemark } from './support.ts'
import { World, type Pnl } from './world.ts'

const world = new World()
beforeAll(() => world.start())
afterAll(() => world.stop())

describe('ingest, then pnl', () => {
  test('without a portfolio: ten coins, seven days, one unit of each; a second run changes nothing', async () => {
    const { run, cwd } = world.place('plain')
    // The newest hour gets its sample some minutes late: between two runs there may be something new in it.
    const settled = ['--to', formatTime(Date.now() - 2 * HOUR_MS)]
    const first = await run(['ingest', '--json', ...settled])
    expect([first.code, first.stderr]).toEqual([0, expect.stringContaining('Prices  coingecko demo')])
    const summary = documentOf(first)
    expect(summary).toMatchObject({ schemaVersion: 1, outcome: 'complete', nothingNew: false })
    const second = await run(['ingest', ...settled])
    expect([second.code, second.stdout]).toEqual([0, ''])
    expect(second.stderr).toContain('0 new, 0 changed')

    const table = await run(['pnl'])
    expect(table.code).toBe(0)
    expect(table.stdout).toMatch(/^No portfolio.*tidemark init/)
    expect(table.stdout).toContain('BTC')
    const pnl = documentOf(await run(['pnl', '--json'])) as unknown as Pnl
    expect(pnl).toMatchObject({ schemaVersion: 1, portfolio: null, baseCurrency: 'usd', mode: 'snapshot' })
    expect(pnl.hours).toHaveLength(169)
    expect(Date.parse(pnl.to) - Date.parse(pnl.from)).toBe(7 * DAY_MS)
    expect(pnl.tokens).toHaveLength(10)
    for (const token of pnl.tokens) {
      expect([token.pnl[0], token.mark.length, token.quantity[168]]).toEqual(['0', 169, '1'])
    }
    expect(readFileSync(join(cwd, 'data/assets.txt'), 'utf8').split('\n')).toContain('bitcoin')
  })

  test('a portfolio file in the working directory is used, by name of its file elsewhere', async () => {
    const { run, cwd } = world.place('portfolio')
    expect((await run(['init'])).stdout).toContain('wrote     portfolio.yaml')
    expect((await run(['init'])).stdout).toContain('kept      portfolio.yaml')
    await run(['ingest', '-q'])
    const here = documentOf(await run(['pnl', '--json', '--days', '2', '--every', '1d'])) as unknown as Pnl
    expect(here.portfolio).toBe('main')
    expect(here.tokens.map(({ asset }) => asset)).toEqual(['bitcoin', 'ethereum'])
    expect(here.hours.length).toBeLessThanOrEqual(4)
    const stored = documentOf(
      await tidemark(['pnl', '--json', '--data-dir', join(cwd, 'data'), '--days', '2', '--every', '1d'], {
        cwd: world.dir,
      }),
    )
    expect(stored).toEqual(here)
    const missing = await run(['pnl', '--portfolio', 'nowhere.yaml', '--json'])
    expect([missing.code, documentOf(missing).error?.code]).toEqual([5, 'PORTFOLIO_INVALID'])
  })

  test('--explain names every number of one asset and hour', async () => {
    const { run } = world.place('explain')
    await run(['ingest', '--coins', '2', '--days', '2', '-q'])
    // The newest hour may have no sample yet, and an hour now and then has none at all.
    const { prices } = documentOf(await run(['prices', '--asset', 'bitcoin', '--json'])) as unknown as {
      prices: { hour: string; quality: string }[]
    }
    const hour = prices.find(({ quality }) => quality === 'ok')?.hour ?? ''
    const explained = await run(['pnl', '--explain', '--asset', 'bitcoin', '--to', hour])
    expect(explained.code).toBe(0)
    expect(explained.stdout).toMatch(/mark .*\(ok, coingecko, sampled/)
    expect(explained.stdout).toMatch(/candles:\n {2}coingecko revision/)
    expect((await run(['pnl', '--explain', '--asset', 'bitcoin'])).stdout).toMatch(/^bitcoin at /)
    expect((await run(['pnl', '--explain'])).code).toBe(2)
  })

  test('--dry-run prints the plan with its calls and writes nothing', async () => {
    const { run, store, cwd } = world.place('dry')
    const before = await run(['ingest', '--dry-run', '--json'])
    expect(before.code).toBe(0)
    expect(documentOf(before)).toMatchObject({ dryRun: true, plan: { costs: [{ provider: 'coingecko' }] } })
    expect(readdirSync(cwd)).toEqual([])
    await run(['ingest', '-q', '--coins', '2', '--days', '1'])
    const hash = () => createHash('sha256').update(readFileSync(store)).digest('hex')
    const was = hash()
    expect((await run(['ingest', '--dry-run', '--coins', '5'])).stdout).toMatch(/Calls +coingecko: \d+ calls/)
    expect(hash()).toBe(was)
  })

  test('--progress=json is NDJSON on stderr, and the document on stdout stays one', async () => {
    const { run } = world.place('events')
    const ended = await run(['ingest', '--coins', '2', '--days', '1', '--json', '-q', '--progress=json'])
    const events = ended.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string })
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['start', 'plan', 'progress', 'end']),
    )
    expect(documentOf(ended)).toMatchObject({ outcome: 'complete' })
  })
})

describe('signals', () => {
  const stopAt = (words: string, signal: NodeJS.Signals, times: number) => {
    let sent = 0
    return {
      watch: (child: { kill: (signal: NodeJS.Signals) => boolean }, stderr: string) => {
        if (sent < times && stderr.includes(sent === 0 ? words : 'Stopping')) {
          sent++
          child.kill(signal)
        }
      },
    }
  }

  test('F7: Ctrl-C says so at once, drains and exits 130 with one document', async () => {
    const { run } = world.place('interrupted')
    const ended = await world.during(hang, () => run(['ingest', '--json'], stopAt('coins', 'SIGINT', 1)))
    expect(ended.code).toBe(130)
    expect(ended.stderr).toMatch(/Stopping[^]*Stopped before the end; what was read is stored/)
    expect(documentOf(ended).error?.code).toBe('INTERRUPTED')
    expect((await run(['ingest', '-q'])).code).toBe(0)
  })

  test('F7: Ctrl-C twice leaves at once, with one document', async () => {
    const { run } = world.place('twice')
    const ended = await world.during(hang, () => run(['ingest', '--json'], stopAt('coins', 'SIGINT', 2)))
    expect(ended.code).toBe(130)
    // The first signal alone ends with a summary; the second does not wait for it.
    expect(ended.stderr).toContain('Stopping')
    expect(ended.stderr).not.toContain('Stopped before the end')
    expect(documentOf(ended).error?.code).toBe('INTERRUPTED')
  })

  test('F6: SIGTERM drains and exits 143; the next run goes on', async () => {
    const { run } = world.place('terminated')
    const ended = await world.during(hang, () => run(['ingest'], stopAt('coins', 'SIGTERM', 1)))
    expect(ended.code).toBe(143)
    expect(ended.stderr).toContain('Run the same command again')
    expect((await run(['verify'])).code).toBe(0)
    expect((await run(['ingest', '-q'])).code).toBe(0)
  })

  test('F31: a second run while one is at work exits 11 and names the holder', async () => {
    const { run } = world.place('held')
    let second: ReturnType<typeof run> | null = null
    await world.during(hang, () =>
      run(['ingest'], {
        watch: (child, stderr) => {
          if (second !== null || !stderr.includes('coins')) return
          second = run(['ingest', '--json'])
          void second.then(() => child.kill('SIGTERM'))
        },
      }),
    )
    const held = await (second as unknown as ReturnType<typeof run>)
    expect([held.code, documentOf(held).error?.code]).toEqual([11, 'LEASE_HELD'])
  })

  test('a reader that goes away ends the program quietly', async () => {
    const { run, cwd } = world.place('pipe')
    await run(['ingest', '-q', '--coins', '10'])
    const piped = spawnSync(
      'sh',
      ['-c', `"${process.execPath}" "${BINARY}" pnl --json --data-dir "${join(cwd, 'data')}" | head -c 10`],
      { encoding: 'utf8', cwd },
    )
    expect([piped.stdout, piped.stderr]).toEqual(['{"schemaVe', ''])
  })
})

test('A33: no command of these tests has written the key anywhere', () => {
  expect(everyOutput()).not.toEqual([])
  for (const text of everyOutput()) expect(text).not.toContain(CANARY)
})
