import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { build, scratch, tidemark } from './support.ts'

const place = scratch()
const run = (...args: string[]) => tidemark(args, { cwd: place.dir })
const write = (name: string, lines: readonly string[]) =>
  writeFileSync(join(place.dir, name), lines.join('\n'))

beforeAll(async () => {
  build()
  write('portfolio.yaml', ['name: main', 'baseCurrency: usd', 'flows: flows.csv'])
  const header = 'time,asset,quantity,kind,unit_price,fee,tx'
  write('flows.csv', [
    header,
    '2026-01-02T00:30:00Z,bitcoin,1,buy,92000,5,',
    '2026-01-02T00:30:00Z,ethereum,2,buy,3000,,t1',
  ])
  const prices = Array.from(
    { length: 24 },
    (_, hour) => `2026-01-02T${String(hour).padStart(2, '0')}:00:00Z,bitcoin,${92000 + hour}`,
  )
  write('prices.csv', ['time,asset,price', ...prices.filter((_, hour) => hour < 9 || hour > 14)])
  expect((await run('prices', 'import', 'prices.csv')).code).toBe(0)
}, 120_000)
afterAll(() => place.remove())

test('the file that a portfolio mirrors is not imported a second time', async () => {
  const refused = await run('import', './flows.csv', '--json')
  expect(refused.code).toBe(2)
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'INPUT_INVALID' } })
  const { stdout } = await run('holdings', '--json')
  expect(stdout).toContain('"quantity":"1"')
})

test('rows that another source gave are not called gone, and --replace leaves them alone', async () => {
  write('copy.csv', [
    'time,asset,quantity,kind,unit_price,fee,tx',
    '2026-01-02T00:30:00Z,ethereum,2,buy,3000,,t1',
  ])
  const first = JSON.parse((await run('import', 'copy.csv', '--json')).stdout) as object
  expect(first).toMatchObject({ added: 0, sameAsOther: 1, goneCount: 0 })
  const replaced = JSON.parse((await run('import', 'copy.csv', '--replace', '--json')).stdout) as object
  expect(replaced).toMatchObject({ added: 0, retired: 0 })
  const flows = JSON.parse((await run('flows', '--json')).stdout) as { flows: unknown[] }
  expect(flows.flows).toHaveLength(2)
})

test('an hour without a mark is explained with the reason, and nothing of it is 0', async () => {
  const args = ['pnl', '--explain', '--asset', 'bitcoin', '--to', '2026-01-02T13:00Z']
  expect((await run(...args)).stdout).toMatch(/change {4}— : no price is stored/)
  const told = JSON.parse((await run(...args, '--json')).stdout) as Record<string, unknown>
  expect(told).toMatchObject({ value: null, delta: null, attribution: { price: null, fees: null } })
})

test('an asset that is not in the portfolio is a fault, not an empty table', async () => {
  const { code, stderr } = await run('pnl', '--asset', 'bitcion')
  expect([code, stderr]).toEqual([2, expect.stringContaining('it holds bitcoin, ethereum')])
})
