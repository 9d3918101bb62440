import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { UNDETAILED } from '#core/flow.ts'
import { addHours, hourOf } from '#core/hour.ts'
import { openStore } from '#storage/open.ts'
import { candleRun, USD, walk } from '#tests/bench/years.ts'
import { coinOf } from '#tests/storage/support/values.ts'
import { WITHOUT_BROWSER } from './support/chromium.ts'
import { buildPage, startServer, type Server } from './support/server.ts'
import { stage } from './support/stage.ts'
import { settled } from './support/watch.ts'

const PASSWORD = 'seven words that nobody has ever said'
/** Each would set a flag if anything took it for more than text. */
const RUNS = 'globalThis.taken=1'
const TEXTS = [
  `<img src=x onerror="${RUNS}">`,
  `<script>${RUNS}</script>`,
  `"><svg onload=${RUNS}>`,
  `javascript:${RUNS}`,
  `<a href="javascript:${RUNS}">x</a>`,
  `{@html <b onclick=${RUNS}>}`,
  'abc\u202edef',
  `' onmouseover='${RUNS}`,
]
const ASSETS = TEXTS.map((_, at) => `hostile-${at}` as AssetId)
const HOURS = 24 * 10

describe.skipIf(WITHOUT_BROWSER)('A24: names, symbols, notes and labels that would be more than text', () => {
  const on = stage()
  const cwd = mkdtempSync(join(tmpdir(), 'tidemark-page-'))
  let server: Server

  beforeAll(async () => {
    buildPage()
    mkdirSync(join(cwd, 'data'))
    await fill(cwd)
    server = await startServer(['serve'], { cwd })
  }, 180_000)
  afterAll(async () => {
    await server?.stop()
    rmSync(cwd, { recursive: true, force: true })
  })

  test('are text on every page, in every tooltip, and break no policy', async () => {
    const { page, faults } = await on.page(server.link)
    await page.getByLabel('Name').fill('ada')
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Make the account' }).click()
    await page.getByRole('navigation', { name: 'Pages' }).waitFor()
    await settled(page)
    const seen = new Set<string>()
    for (const path of [
      '/?range=7d',
      '/pnl?range=24h',
      '/lots',
      '/lots?tab=lots',
      '/lots?tab=gains',
      '/wallets',
      '/data',
      `/assets/${ASSETS[0]}?range=7d`,
      '/assets/%3Cimg%20src%3Dx%20onerror%3D%22globalThis.taken%3D1%22%3E',
    ]) {
      await page.goto(server.url + path)
      await settled(page)
      for (const chart of await page.locator('canvas').all()) {
        await chart.scrollIntoViewIfNeeded()
        const box = await chart.boundingBox()
        if (box === null) continue
        for (const part of [0.2, 0.5, 0.8])
          await page.mouse.move(box.x + box.width * part, box.y + box.height * 0.4)
      }
      const text = (await page.textContent('body')) ?? ''
      for (const each of TEXTS) if (text.includes(each)) seen.add(each)
      expect(await page.evaluate(() => 'taken' in globalThis), path).toBe(false)
      const made = await page.evaluate(madeOf)
      expect(made, path).toEqual([])
    }
    // Else it would prove nothing: they have to have been there.
    expect(seen.size).toBeGreaterThanOrEqual(6)
    expect(faults.filter((fault) => !/status of 40[04].*assets[=/]%3C/.test(fault))).toEqual([])
  }, 120_000)
})

/** Runs in the page: elements and attributes that nobody of ours makes. */
function madeOf(): string[] {
  const all = [...document.body.querySelectorAll('*')]
  const strange = all.filter(
    (each) =>
      ['IMG', 'SCRIPT', 'IFRAME', 'OBJECT'].includes(each.tagName) ||
      [...each.attributes].some(
        ({ name, value }) =>
          name.startsWith('on') || (/^(href|src)$/.test(name) && /^javascript:/i.test(value)),
      ),
  )
  return strange.map((each) => each.outerHTML.slice(0, 200))
}

async function fill(folder: string): Promise<void> {
  const now = Date.now()
  const store = await openStore({ kind: 'embedded', file: join(folder, 'data/tidemark.db'), create: true })
  const from = addHours(hourOf(now), 1 - HOURS)
  for (const [at, asset] of ASSETS.entries()) {
    // One of them has no price for a day, so that it is named where a total is partial.
    const run = candleRun(asset, from, walk(at === 2 ? HOURS - 24 : HOURS, at + 1))
    await store.writePrices([{ run, suspects: [], gaps: [] }])
  }
  const named = TEXTS.map((text, at) => coinOf(ASSETS[at] ?? '', at + 1, { symbol: text, name: text }))
  await store.writeCoins(named, now)
  await store.writePortfolio({
    ...{ owner: 'local', name: TEXTS[0] ?? '', baseCurrency: USD, flowsFile: null },
    wallets: TEXTS.slice(0, 4).map((label, at) => ({
      ...{ address: `0x${String(at + 1).repeat(40)}`, label, chains: ['ethereum'] },
    })),
    holdings: ASSETS.map((asset) => ({ asset, quantity: '12.5', unitCost: null, since: from })),
  })
  const book = `portfolio:${TEXTS[0]}`
  await store.importFlows({
    ...{ owner: 'local', book, source: 'test', file: null, mode: 'add', at: now },
    flows: [
      TEXTS.map((text, at) => ({
        ...UNDETAILED,
        ...{ id: `f${at}`, owner: 'local', book, source: 'test', time: from + (at + 2) * 7_200_000 },
        ...{ asset: ASSETS[at] ?? ('' as AssetId), quantity: at % 2 === 0 ? '1.5' : '-0.5' },
        ...{ kind: at % 2 === 0 ? ('buy' as const) : ('sell' as const), unitPrice: '90' },
        ...{ wallet: text, tx: text, note: text },
      })),
    ],
  })
  await store.close()
}
