import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOUR_MS } from '#core/hour.ts'
import { latestVersion } from '#storage/embedded/migrate.ts'
import { MIGRATIONS } from '#storage/embedded/migrations/list.ts'
import { status } from '#tests/support/provider-faults.ts'
import { CANARY, documentOf, everyOutput, type Ended } from './support.ts'
import { World, type Pnl } from './world.ts'

const world = new World()
beforeAll(() => world.start())
afterAll(() => world.stop())

describe('the store', () => {
  test('backup, restore and verify go together; a flipped byte is exit 12', async () => {
    const { run, cwd, store } = world.place('care')
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
    const { run } = world.place('runs')
    await run(['ingest', '-q', '--coins', '2', '--days', '1'])
    const again = await run(['ingest', '--coins', '2', '--days', '1', '--json', '-q'])
    expect(documentOf(again)).toMatchObject({ nothingNew: true })
  })
})

describe('secrets', () => {
  test('A33: a refused key is exit 4, and stands in no output, log or file', async () => {
    const { run, cwd } = world.place('refused')
    const body = { status: { error_code: 10002, error_message: `invalid API key ${CANARY}` } }
    const ended = await world.during(status(401, body), () => run(['ingest', '--json', '--debug']))
    expect([ended.code, documentOf(ended).failures]).toEqual([4, expect.anything()])
    await world.during(status(401, body), () => run(['doctor', '--debug']))
    await run(['config'])
    await run(['config', '--json'])
    // Pasted into the wrong variable.
    await run(['config'], { env: { COINGECKO_PLAN: CANARY } })
    // In a URL, before the host and as a part of the path.
    const url = world.url.replace('127', `user:${CANARY}@127`)
    await run(['ingest', '--json', '--debug'], { env: { COINGECKO_BASE_URL: `${url}/${CANARY}` } })
    const files = readdirSync(join(cwd, 'data'), { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    )
    expect(files.some(({ name }) => name.endsWith('.log'))).toBe(true)
    for (const file of files) {
      expect(readFileSync(join(file.parentPath, file.name)).includes(CANARY), file.name).toBe(false)
    }
  }, 120_000)
})

describe('doctor', () => {
  test('names what is wrong and how to mend it; 0, 3 and 1 are its exit codes', async () => {
    const { run, cwd } = world.place('doctor')
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

  test('tells the schema version of the store, and where there is none says so', async () => {
    const { run } = world.place('doctor-store')
    expect((await run(['doctor'])).stdout).toMatch(/! Store opens: there is none yet at /)
    await run(['ingest', '-q', '--coins', '1', '--days', '1'])
    expect(found(await run(['doctor', '--json']), 'Store opens')).toMatchObject({
      state: 'ok',
      found: expect.stringMatching(
        new RegExp(`tidemark\\.db, schema version ${latestVersion(MIGRATIONS)}$`),
      ) as string,
    })
  })

  test('tries the key of Allium where one is set: taken, refused, no answer', async () => {
    const { run } = world.place('doctor-allium')
    const env = { ALLIUM_BASE_URL: world.alliumUrl, ALLIUM_API_KEY: CANARY }
    expect(found(await run(['doctor', '--json']), NAME)).toMatchObject({
      state: 'ok',
      found: expect.stringContaining('not configured') as string,
    })
    expect(found(await run(['doctor', '--json'], { env }), NAME)).toMatchObject({
      state: 'ok',
      found: expect.stringContaining('key accepted, 2 chains') as string,
    })

    const refused = await run(['doctor', '--json'], { env: { ...env, ALLIUM_API_KEY: 'another' } })
    expect(refused.code).toBe(1)
    expect(found(refused, NAME)).toMatchObject({
      state: 'fail',
      fix: expect.stringContaining('key') as string,
    })

    // A port that nobody listens on.
    const gone = await run(['doctor', '--json'], { env: { ...env, ALLIUM_BASE_URL: 'http://127.0.0.1:9' } })
    expect(gone.code).toBe(3)
    expect(found(gone, NAME)).toMatchObject({ state: 'warn' })
  })
})

const NAME = 'Allium answers'
const found = (ended: Ended, name: string) =>
  (documentOf(ended) as unknown as Doctor).checks.find((check) => check.name === name)
type Doctor = { checks: { name: string; state: string; found: string; fix: string | null }[] }

describe('schedule', () => {
  test('runs at once, keeps running, and ends by SIGTERM with 143', async () => {
    const { run } = world.place('schedule')
    const ended = await run(['schedule', '--cron', '0 0 1 1 *'], {
      watch: (child, stderr) => void (stderr.includes('Complete') && child.kill('SIGTERM')),
    })
    expect(ended.code).toBe(143)
    const pnl = documentOf(await run(['pnl', '--json'])) as unknown as Pnl
    expect(pnl.tokens).toHaveLength(10)
    expect(Date.now() - Date.parse(pnl.to)).toBeLessThan(2 * HOUR_MS)
  })

  test('a cron expression that is none is exit 5', async () => {
    const { run } = world.place('cron')
    const ended = await run(['schedule', '--cron', 'hourly', '--json'])
    expect([ended.code, documentOf(ended).error?.faults?.[0]]).toEqual([5, expect.stringContaining('--cron')])
  })
})

test('A33: no command of these tests has written the key anywhere', () => {
  expect(everyOutput()).not.toEqual([])
  for (const text of everyOutput()) expect(text).not.toContain(CANARY)
})
