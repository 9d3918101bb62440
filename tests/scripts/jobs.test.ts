import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS } from '#core/hour.ts'
import { startSimulator, type Simulator } from '#scripts/simulator/server.ts'
import { syntheticMarket } from '#scripts/simulator/synthetic.ts'
import { hang, status, type Fault } from '#tests/support/provider-faults.ts'
import { build, CANARY, documentOf, everyOutput, scratch, tidemark } from './support.ts'

const { dir, remove } = scratch()
let simulator: Simulator
let fault: Fault | null = null
beforeAll(async () => {
  build()
  simulator = await startSimulator({
    market: syntheticMarket({ seed: 7 }),
    coingecko: { plan: 'demo', apiKey: CANARY },
    intercept: (_ask, request, response) => {
      fault?.(request, response)
      return fault !== null
    },
  })
})
afterAll(async () => {
  await simulator.close()
  remove()
})

/** A folder with its own store, and the program run in it against the simulator. */
function place(name: string) {
  const cwd = join(dir, name)
  mkdirSync(cwd)
  const env = {
    COINGECKO_BASE_URL: simulator.coingeckoUrl,
    COINGECKO_API_KEY: CANARY,
    COINGECKO_RATE: '10000',
    COINGECKO_MONTH_CREDITS: 'none',
  }
  const run = (args: string[], watch?: Parameters<typeof tidemark>[1]) =>
    tidemark(args, { cwd, ...watch, env: { ...env, ...watch?.env } })
  return { cwd, run, store: join(cwd, 'data/tidemark.db') }
}

/** Runs `work` while the simulator misbehaves. */
async function during<T>(misbehaviour: Fault, work: () => Promise<T>): Promise<T> {
  fault = misbehaviour
  try {
    return await work()
  } finally {
    fault = null
  }
}

describe('ingest, then pnl', () => {
  test('without a portfolio: ten coins, seven days, one unit of each; a second run changes nothing', async () => {
    const { run, cwd } = place('plain')
    const first = await run(['ingest', '--json'])
    expect([first.code, first.stderr]).toEqual([0, expect.stringContaining('Prices  coingecko demo')])
    const summary = documentOf(first)
    expect(summary).toMatchObject({ schemaVersion: 1, outcome: 'complete', nothingNew: false })
    const second = await run(['ingest'])
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
    const { run, cwd } = place('portfolio')
    expect((await run(['init'])).stdout).toContain('wrote     portfolio.yaml')
    expect((await run(['init'])).stdout).toContain('kept      portfolio.yaml')
    await run(['ingest', '-q'])
    const here = documentOf(await run(['pnl', '--json', '--days', '2', '--every', '1d'])) as unknown as Pnl
    expect(here.portfolio).toBe('main')
    expect(here.tokens.map(({ asset }) => asset)).toEqual(['bitcoin', 'ethereum'])
    expect(here.hours.length).toBeLessThanOrEqual(4)
    const stored = documentOf(
      await tidemark(['pnl', '--json', '--data-dir', join(cwd, 'data'), '--days', '2', '--every', '1d'], {
        cwd: dir,
      }),
    )
    expect(stored).toEqual(here)
    const missing = await run(['pnl', '--portfolio', 'nowhere.yaml', '--json'])
    expect([missing.code, documentOf(missing).error?.code]).toEqual([5, 'PORTFOLIO_INVALID'])
  })

  test('--explain names every number of one asset and hour', async () => {
    const { run } = place('explain')
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
    const { run, store, cwd } = place('dry')
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
    const { run } = place('events')
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

type Pnl = {
  portfolio: string | null
  from: string
  to: string
  hours: string[]
  tokens: { asset: string; quantity: string[]; mark: string[]; pnl: string[] }[]
}

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
    const { run } = place('interrupted')
    const ended = await during(hang, () => run(['ingest', '--json'], stopAt('coins', 'SIGINT', 1)))
    expect(ended.code).toBe(130)
    expect(ended.stderr).toMatch(/Stopping[^]*Stopped before the end; what was read is stored/)
    expect(documentOf(ended).error?.code).toBe('INTERRUPTED')
    expect((await run(['ingest', '-q'])).code).toBe(0)
  })

  test('F7: Ctrl-C twice leaves at once, with one document', async () => {
    const { run } = place('twice')
    const ended = await during(hang, () => run(['ingest', '--json'], stopAt('coins', 'SIGINT', 2)))
    expect(ended.code).toBe(130)
    // The first signal alone ends with a summary; the second does not wait for it.
    expect(ended.stderr).toContain('Stopping')
    expect(ended.stderr).not.toContain('Stopped before the end')
    expect(documentOf(ended).error?.code).toBe('INTERRUPTED')
  })

  test('F6: SIGTERM drains and exits 143; the next run goes on', async () => {
    const { run } = place('terminated')
    const ended = await during(hang, () => run(['ingest'], stopAt('coins', 'SIGTERM', 1)))
    expect(ended.code).toBe(143)
    expect(ended.stderr).toContain('Run the same command again')
    expect((await run(['verify'])).code).toBe(0)
    expect((await run(['ingest', '-q'])).code).toBe(0)
  })

  test('F31: a second run while one is at work exits 11 and names the holder', async () => {
    const { run } = place('held')
    let second: ReturnType<typeof run> | null = null
    await during(hang, () =>
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
    const { run, cwd } = place('pipe')
    await run(['ingest', '-q', '--coins', '10'])
    const { spawnSync } = await import('node:child_process')
    const { BINARY } = await import('./support.ts')
    const piped = spawnSync(
      'sh',
      ['-c', `"${process.execPath}" "${BINARY}" pnl --json --data-dir "${join(cwd, 'data')}" | head -c 10`],
      { encoding: 'utf8', cwd },
    )
    expect([piped.stdout, piped.stderr]).toEqual(['{"schemaVe', ''])
  })
})

describe('the store', () => {
  test('backup, restore and verify go together; a flipped byte is exit 12', async () => {
    const { run, cwd, store } = place('care')
    await run(['ingest', '-q', '--coins', '2', '--days', '2'])
    const { hash } = documentOf(await run(['verify', '--json'])) as unknown as { hash: string }
    const copy = join(cwd, 'copy.db')
    expect(documentOf(await run(['backup', copy, '--json']))).toMatchObject({ hash })
    await run(['ingest', '-q', '--coins', '5', '--days', '2'])
    expect(documentOf(await run(['verify', '--json']))).not.toMatchObject({ hash })
    expect(documentOf(await run(['restore', copy, '--json']))).toMatchObject({ hash })
    expect(documentOf(await run(['verify', '--json']))).toMatchObject({ ok: true, hash })

    const bytes = readFileSync(copy)
    const at = bytes.indexOf('bitcoin') + 3
    bytes[at] = (bytes[at] as number) ^ 1
    writeFileSync(store, bytes)
    const damaged = await run(['verify', '--json'])
    expect(damaged.code).toBe(12)
    JSON.parse(damaged.stdout)
  })

  test('a run that brings nothing new says so', async () => {
    const { run } = place('runs')
    await run(['ingest', '-q', '--coins', '2', '--days', '1'])
    const again = await run(['ingest', '--coins', '2', '--days', '1', '--json', '-q'])
    expect(documentOf(again)).toMatchObject({ nothingNew: true })
  })
})

describe('secrets', () => {
  test('A33: a refused key is exit 4, and stands in no output, log or file', async () => {
    const { run, cwd } = place('refused')
    const body = { status: { error_code: 10002, error_message: `invalid API key ${CANARY}` } }
    const ended = await during(status(401, body), () => run(['ingest', '--json', '--debug']))
    expect([ended.code, documentOf(ended).failures]).toEqual([4, expect.anything()])
    await during(status(401, body), () => run(['doctor', '--debug']))
    await run(['config'])
    await run(['config', '--json'])
    // Pasted into the wrong variable.
    await run(['config'], { env: { COINGECKO_PLAN: CANARY } })
    // In a URL, before the host and as a part of the path.
    const url = simulator.coingeckoUrl.replace('127', `user:${CANARY}@127`)
    await run(['ingest', '--json', '--debug'], { env: { COINGECKO_BASE_URL: `${url}/${CANARY}` } })
    const files = readdirSync(join(cwd, 'data'), { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    )
    expect(files.some(({ name }) => name.endsWith('.log'))).toBe(true)
    for (const file of files) {
      expect(readFileSync(join(file.parentPath, file.name)).includes(CANARY), file.name).toBe(false)
    }
  }, 120_000)

  test('A33: no command of this suite has written the key anywhere', () => {
    expect(everyOutput().length).toBeGreaterThan(20)
    for (const text of everyOutput()) expect(text).not.toContain(CANARY)
  })
})

describe('doctor', () => {
  test('names what is wrong and how to mend it; 0, 3 and 1 are its exit codes', async () => {
    const { run, cwd } = place('doctor')
    await run(['ingest', '-q', '--coins', '2', '--days', '1'])
    const well = documentOf(await run(['doctor', '--json'])) as unknown as Doctor
    expect(well.checks.filter(({ state }) => state === 'fail')).toEqual([])
    expect(well.checks.find(({ name }) => name === 'CoinGecko answers')).toMatchObject({
      state: 'ok',
      fix: null,
    })

    writeFileSync(join(cwd, '.env'), `COINGECKO_API_KEY=${CANARY}\n`, { mode: 0o644 })
    const open = await run(['doctor'])
    expect(open.code).toBe(1)
    expect(open.stdout).toMatch(/✗ Secrets private: .*\.env can be read by other users\n +→ chmod 600/)

    const broken = await run(['doctor', '--json'], { env: { COINGECKO_PLAN: 'gold' } })
    expect(broken.code).toBe(1)
    expect((documentOf(broken) as unknown as Doctor).checks).toContainEqual(
      expect.objectContaining({ name: 'Settings valid', state: 'fail' }),
    )
  })
})
type Doctor = { checks: { name: string; state: string; found: string; fix: string | null }[] }

describe('schedule', () => {
  test('runs at once, keeps running, and ends by SIGTERM with 143', async () => {
    const { run } = place('schedule')
    const ended = await run(['schedule', '--cron', '0 0 1 1 *'], {
      watch: (child, stderr) => void (stderr.includes('Complete') && child.kill('SIGTERM')),
    })
    expect(ended.code).toBe(143)
    const pnl = documentOf(await run(['pnl', '--json'])) as unknown as Pnl
    expect(pnl.tokens).toHaveLength(10)
    expect(Date.now() - Date.parse(pnl.to)).toBeLessThan(2 * HOUR_MS)
  })

  test('a cron expression that is none is exit 5', async () => {
    const { run } = place('cron')
    const ended = await run(['schedule', '--cron', 'hourly', '--json'])
    expect([ended.code, documentOf(ended).error?.faults?.[0]]).toEqual([5, expect.stringContaining('--cron')])
  })
})
