import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addHours, type Hour } from '#core/hour.ts'
import type { pnlDocument } from '#delivery/pnl-json.ts'
import { openStore } from '#storage/open.ts'
import { runOf } from '#tests/storage/support/values.ts'
import { ASSETS, groupArbitrary, USD } from '#tests/support/ledgers.ts'
import { program } from '#tests/support/program.ts'
import { money } from '../../../web/src/format/money.ts'
import { WITHOUT_BROWSER } from './support/chromium.ts'
import { buildPage, clockAt, startServer, type Server } from './support/server.ts'
import { stage } from './support/stage.ts'
import { settled } from './support/watch.ts'

const COUNT = 10
const SEED = 20261122
const NOW = Date.parse('2026-11-20T12:30:00Z')
const LAST = Date.parse('2026-11-20T12:00:00Z') as Hour
const HOURS = 7 * 24
const FIRST = addHours(LAST, -HOURS)
const PASSWORD = 'seven words that nobody has ever said'

const price = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 10_000_000 }).map((cents) => cents / 1_000) },
  { weight: 1, arbitrary: fc.constant(NaN) },
)
const priceRows = fc.tuple(
  ...ASSETS.map(() => fc.array(price, { minLength: HOURS + 1, maxLength: HOURS + 1 })),
)
const ledgers = fc.array(groupArbitrary(FIRST, HOURS), { minLength: 1, maxLength: 12 })

type Pnl = ReturnType<typeof pnlDocument>

describe.skipIf(WITHOUT_BROWSER)('one number on a page', () => {
  const on = stage()
  const cwd = mkdtempSync(join(tmpdir(), 'tidemark-page-'))
  let server: Server

  beforeAll(async () => {
    buildPage()
    mkdirSync(join(cwd, 'data'))
    await fill(cwd)
    server = await startServer(['serve'], { cwd, now: NOW })
  }, 180_000)
  afterAll(async () => {
    await server?.stop()
    rmSync(cwd, { recursive: true, force: true })
  })

  test(`pnl --json, the API and the pages say the same of ${COUNT} portfolios, digit by digit (seed ${SEED})`, async () => {
    const context = await on.context()
    await context.clock.setFixedTime(NOW)
    const page = await context.newPage()
    await page.goto(server.link)
    await page.getByLabel('Name').fill('ada')
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Make the account' }).click()
    await page.getByRole('navigation', { name: 'Pages' }).waitFor()
    let compared = 0
    for (let at = 0; at < COUNT; at++) {
      const name = nameOf(at)
      const run = await program(['pnl', '--json', '--days', '7', '--portfolio', name], {
        cwd,
        env: clockAt(NOW),
      })
      const { hours, total, tokens } = JSON.parse(run.stdout) as Pnl
      const last = hours.length - 1
      const asked = await page.request.get(`${server.url}/api/v1/portfolio/pnl?days=7&portfolio=${name}`)
      const answer = (await asked.json()) as Pnl
      expect(answer.total).toMatchObject({ value: total.value, pnl: total.pnl, coverage: total.coverage })
      expect(answer.tokens.map(({ pnl }) => pnl)).toEqual(tokens.map(({ pnl }) => pnl))

      await page.goto(`${server.url}/?portfolio=${name}&range=7d`)
      await settled(page)
      const headline = page.getByRole('region', { name: 'Total' }).locator('data')
      const figures = await headline.evaluateAll(read)
      expect(figures[0]?.value, name).toBe(total.value[last] ?? undefined)
      if (total.value[last] !== null) {
        expect(figures[0]?.text).toContain(
          money(total.value[last] ?? '', { currency: 'usd', compact: true }).text,
        )
        compared++
      }
      // A change is shown when both of its ends are whole, and then it is that of the command.
      if (total.coverage[0] === 1 && total.coverage[last] === 1) {
        expect(figures[1]?.value, name).toBe(total.pnl[last])
        expect(figures[1]?.text).toContain(
          money(total.pnl[last] ?? '', { currency: 'usd', kind: 'pnl' }).text,
        )
        compared++
      }
      await page.goto(`${server.url}/pnl?portfolio=${name}&range=7d&by=hour&show=pnl`)
      await settled(page)
      const row = await page
        .getByRole('grid')
        .getByRole('row')
        .filter({ hasText: '12:00' })
        .last()
        .locator('data')
        .evaluateAll(read)
      const shown = tokens.map(({ pnl }) => pnl[last]).filter((pnl) => pnl !== null)
      for (const pnl of shown)
        expect(
          row.map(({ value }) => value),
          name,
        ).toContain(pnl)
      expect(row.map(({ value }) => value)).toContain(total.pnl[last])
      compared += shown.length
    }
    expect(compared).toBeGreaterThan(2 * COUNT)
  }, 180_000)
})

const nameOf = (at: number): string => `p${at}`

/** Runs in the page. */
function read(found: (Element | HTMLElement)[]): { value: string | null; text: string }[] {
  return found.map((each) => ({ value: each.getAttribute('value'), text: each.textContent ?? '' }))
}

async function fill(folder: string): Promise<void> {
  const store = await openStore({ kind: 'embedded', file: join(folder, 'data/tidemark.db'), create: true })
  const [prices] = fc.sample(priceRows, { numRuns: 1, seed: SEED })
  const runs = (prices ?? []).map((each, at) => ({
    ...runOf(each),
    asset: ASSETS[at] ?? ASSETS[0],
    from: FIRST,
  }))
  for (const run of runs) {
    if (run.asset === undefined) throw new Error('more prices than assets')
    await store.writePrices([{ run: { ...run, asset: run.asset }, suspects: [], gaps: [] }])
  }
  for (const [at, groups] of fc.sample(ledgers, { numRuns: COUNT, seed: SEED }).entries()) {
    const book = `portfolio:${nameOf(at)}`
    await store.writePortfolio({
      ...{ owner: 'local', name: nameOf(at), baseCurrency: USD, wallets: [], flowsFile: null },
      holdings: ASSETS.slice(0, 2).map((asset, index) => ({
        ...{ asset, quantity: String((at + 1) * (index + 1.25)), unitCost: null, since: FIRST },
      })),
    })
    const flows = groups.flat().map((flow, row) => ({ ...flow, book, id: `${nameOf(at)}-${row}` }))
    await store.importFlows({
      ...{ owner: 'local', book, source: 'test', file: null, mode: 'add', at: LAST },
      flows: [flows],
    })
  }
  await store.close()
}
