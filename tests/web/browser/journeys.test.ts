import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listenForAmounts, shownOf } from './support/amounts.ts'
import { WITHOUT_BROWSER } from './support/chromium.ts'
import { fillOwn, SILENT_ASSET } from './support/own.ts'
import { buildPage, startServer, type Server } from './support/server.ts'
import { stage } from './support/stage.ts'
import { settled, watchedPage } from './support/watch.ts'

const PASSWORD = 'seven words that nobody has ever said'
/** Its last digit but one has the wrong case. */
const MISTYPED = '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045'.replace('aA9', 'AA9')
const WALLET = '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045'
const TRADES = [
  'time,asset,quantity,kind,unit_price,tx',
  '2026-01-05T10:00:00Z,bitcoin,0.5,buy,43210.5,first',
  '2026-01-06T10:00:00Z,bitcoin,-0.25,sell,44000,second',
]

describe.skipIf(WITHOUT_BROWSER)('what people do with the page of a store of their own', () => {
  const on = stage()
  const cwd = mkdtempSync(join(tmpdir(), 'tidemark-page-'))
  let server: Server
  let session: Awaited<ReturnType<BrowserContext['storageState']>>

  beforeAll(async () => {
    buildPage()
    mkdirSync(join(cwd, 'data'))
    await fillOwn(cwd)
    server = await startServer(['serve'], { cwd })
    const { page, faults } = await on.page(server.link)
    expect(await page.title()).toContain('Your account')
    // The token of the link is in nobody's address bar, once it is read.
    expect(page.url()).toBe(`${server.url}/`)
    await page.getByLabel('Name').fill('ada')
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Make the account' }).click()
    await total(page).waitFor()
    await settled(page)
    expect(await total(page).getAttribute('value')).toMatch(/^\d+\.\d+$/)
    expect(faults).toEqual([])
    session = await page.context().storageState()
    await on.clear()
  }, 180_000)
  afterAll(async () => {
    await server?.stop()
    rmSync(cwd, { recursive: true, force: true })
  })
  const open = (path: string, settings?: object) =>
    on.page(server.url + path, { storageState: session, ...(settings === undefined ? {} : { settings }) })

  test('a link that has made an account makes no other', async () => {
    const { page } = await on.page(server.link)
    await page.getByLabel('Name').fill('eve')
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Make the account' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByRole('link', { name: 'Sign in instead' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  })

  test('a wallet with a wrong checksum is refused in words; the right one is there at once', async () => {
    const { page, faults } = await open('/wallets')
    await page.getByRole('button', { name: 'Add wallets' }).click()
    const field = page.getByLabel(/^Addresses/)
    await field.fill(`${MISTYPED} savings`)
    await page.getByText('The checksum is wrong').waitFor()
    expect(await page.getByRole('button', { name: 'Add', exact: true }).isDisabled()).toBe(true)
    await field.fill(`${WALLET} savings`)
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('row', { name: /savings/ }).waitFor()
    expect(faults).toEqual([])
  })

  test('a file that is dropped is shown row by row, what is wrong first, and taken when it is right', async () => {
    const { page, faults } = await open('/lots')
    await drop(page, [...TRADES, '2026-01-07T10:00:00Z,bitcoin,much,buy,1,third'])
    await page.getByRole('list', { name: 'Problems' }).getByText('line 4').waitFor()
    expect(await page.getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await drop(page, TRADES)
    await page.getByText('2 rows would be added').waitFor()
    const rows = page.getByRole('group', { name: 'Rows of trades.csv' }).getByRole('row')
    expect(await rows.count()).toBe(1 + 2)
    await page.getByRole('button', { name: 'Import 2 rows' }).click()
    await page.getByRole('group', { name: 'Trades' }).getByText('sell').waitFor()
    await drop(page, TRADES)
    await page.getByText('2 rows are there already').waitFor()
    expect(faults).toEqual([])
  })

  test('why a total is partial: its badge opens the list, which names the asset and the reason', async () => {
    const { page, faults } = await open('/')
    await page.getByRole('button', { name: /of value priced/ }).click()
    const list = page.getByRole('dialog', { name: 'What keeps the total from being whole' })
    await list.getByText(SILENT_ASSET, { exact: false }).first().waitFor()
    expect(await list.innerText()).toMatch(/missing/)
    await page.keyboard.press('Escape')
    await list.waitFor({ state: 'hidden' })
    expect(faults).toEqual([])
  })

  test('amounts that are hidden stay so after a reload, from its first moment on', async () => {
    const { page } = await open('/')
    const amounts = listenForAmounts(page)
    await page.reload()
    await settled(page)
    expect((await shownOf(page, amounts)).length).toBeGreaterThan(3)
    await page.keyboard.press('p')
    await page.getByRole('button', { name: 'Show amounts (p)' }).waitFor()
    expect(await shownOf(page, amounts)).toEqual([])
    await page.addInitScript(watchText)
    await page.reload({ waitUntil: 'domcontentloaded' })
    expect(await page.evaluate(() => document.documentElement.dataset['privacy'])).toBe('on')
    await settled(page)
    const seen = await page.evaluate(() => (globalThis as unknown as { texts: Set<string> }).texts.size)
    expect(seen).toBeGreaterThan(10)
    const flashed = await page.evaluate(
      (all) => {
        const { texts } = globalThis as unknown as { texts: Set<string> }
        return all.filter((amount) => [...texts].some((text) => text.includes(amount)))
      },
      [...amounts].filter((amount) => amount.length > 6),
    )
    expect(flashed).toEqual([])
    expect(await page.title()).not.toMatch(/\d/)
    expect(await page.getByText(/%/).count()).toBeGreaterThan(0)
  })

  test('by keyboard alone: every page, a range, a cell', async () => {
    const { page, faults } = await open('/')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Skip to the content')
    for (const [key, path] of Object.entries({
      p: '/pnl',
      l: '/lots',
      w: '/wallets',
      d: '/data',
      s: '/settings',
      o: '/',
    })) {
      await page.keyboard.press('g')
      await page.keyboard.press(key)
      await page.waitForURL((url) => url.pathname === path)
    }
    for (let at = 0; at < 30 && (await focused(page)) !== 'PnL'; at++) await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL((url) => url.pathname === '/pnl')
    await settled(page)
    await page.keyboard.press('3')
    await page.waitForURL(/range=24h/)
    await settled(page)
    await page.getByRole('grid').focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.waitForURL(/explain=/)
    await page.getByRole('dialog').getByRole('heading').first().waitFor()
    await page.keyboard.press('Escape')
    await page.waitForURL((url) => !url.search.includes('explain'))
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('grid')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: /Keys/ }).waitFor()
    expect(faults).toEqual([])
  })

  test('a server that goes away leaves the last good numbers, and the page finds it again by itself', async () => {
    const { page } = await open('/')
    await page.getByText('● live').first().waitFor()
    const before = await total(page).getAttribute('value')
    await page.evaluate(() => Object.assign(globalThis, { sameDocument: true }))
    const { port } = new URL(server.url)
    await server.stop()
    await page
      .getByText(/reconnecting|offline/)
      .first()
      .waitFor()
    expect(await total(page).getAttribute('value')).toBe(before)
    server = await startServer(['serve'], { cwd, port: Number(port) })
    await page.getByText('● live').first().waitFor({ timeout: 45_000 })
    expect(await total(page).getAttribute('value')).toBe(before)
    expect(await page.evaluate(() => 'sameDocument' in globalThis)).toBe(true)
  }, 120_000)

  test('a link that hides amounts shows the portfolio, no amount of it, and nothing to change', async () => {
    const { page } = await open('/wallets')
    await page.getByRole('button', { name: 'Make a link' }).click()
    await page.getByRole('button', { name: 'Make the link' }).click()
    const link = (await page.getByText('#share=').first().innerText()).trim()
    const amounts = listenForAmounts(page)
    await page.getByRole('button', { name: 'Done' }).click()
    await page.goto(`${server.url}/`)
    await settled(page)
    expect(amounts.size).toBeGreaterThan(20)
    const { page: guest, faults } = await on.page(link)
    await guest.getByText('This portfolio is shared with you').waitFor()
    await guest.getByText(/%/).first().waitFor()
    expect(await shownOf(guest, amounts)).toEqual([])
    await guest.getByRole('link', { name: 'PnL' }).click()
    await settled(guest)
    expect(await shownOf(guest, amounts)).toEqual([])
    expect(await guest.getByRole('link', { name: 'Wallets' }).count()).toBe(0)
    expect(faults).toEqual([])
    await page.goto(`${server.url}/wallets`)
    await page.getByRole('button', { name: /^Revoke the link/ }).click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /Revoke/ })
      .click()
    await page.getByText('No link shows a portfolio of yours.').waitFor()
    await guest.reload()
    await guest.getByRole('alert').waitFor()
  })

  test('two users in two browsers never see each other’s rows', async () => {
    const { page: ada } = await open('/settings')
    await ada.getByRole('button', { name: 'Add a user' }).click()
    const form = ada.getByRole('dialog', { name: 'Add a user' })
    await form.getByLabel('Name').fill('bob')
    await form.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await form.getByRole('button', { name: 'Add', exact: true }).click()
    await ada.getByText('bob can sign in now.').waitFor()
    const amounts = listenForAmounts(ada)
    await ada.goto(`${server.url}/`)
    await settled(ada)
    const { page: bob, faults } = await signedIn(await on.context(), 'bob')
    await bob.getByRole('heading', { name: /first figures/ }).waitFor()
    await bob.getByRole('link', { name: 'Wallets' }).click()
    await bob.getByRole('button', { name: 'Add wallets' }).first().click()
    await bob.getByLabel(/^Addresses/).fill(`0x${'1'.repeat(40)} mine`)
    await bob.getByRole('button', { name: 'Add', exact: true }).click()
    await bob.getByRole('row', { name: /mine/ }).waitFor()
    for (const path of ['/', '/pnl', '/lots', '/wallets', '/data', '/assets/bitcoin']) {
      await bob.goto(server.url + path)
      await settled(bob)
      const text = await bob.content()
      expect(text).not.toMatch(/savings|d8dA6|trades\.csv/)
      expect(await shownOf(bob, amounts)).toEqual([])
    }
    await ada.goto(`${server.url}/wallets`)
    await settled(ada)
    expect(await ada.content()).not.toMatch(/mine/)
    expect(await ada.content()).toMatch(/savings/)
    // What bob does not hold he is told to name right.
    expect(faults.filter((fault) => !/400.*bitcoin/.test(fault))).toEqual([])
  })

  test('who signs out is out, whatever is in the browser, and comes back by name and password', async () => {
    const { page } = await signedIn(await on.context(), 'ada')
    await page.goto(`${server.url}/settings`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await page.getByLabel('Name').fill('ada')
    await page.getByLabel('Password', { exact: true }).fill('not that one at all')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: /Sign in/ }).click({ timeout: 15_000 })
    await total(page)
      .or(page.getByRole('button', { name: 'Sign out' }))
      .first()
      .waitFor()
  })

  test('an empty store has three first steps, and the demo beside it', async () => {
    const other = mkdtempSync(join(tmpdir(), 'tidemark-page-'))
    const empty = await startServer(['serve'], { cwd: other })
    try {
      const { page } = await on.page(empty.link)
      await page.getByLabel('Name').fill('ada')
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
      await page.getByRole('button', { name: 'Make the account' }).click()
      await page.getByRole('heading', { name: 'Three steps to your first figures' }).waitFor()
      expect(await page.getByText('tidemark init').count()).toBe(1)
      await page.getByRole('button', { name: 'Look at the demo' }).click()
      await page.waitForURL((url) => url.origin !== empty.url, { timeout: 90_000 })
      await total(page).waitFor()
      await page.getByText('Everything here was invented').waitFor()
      await page.goto(empty.url)
      await page.getByRole('heading', { name: 'Three steps to your first figures' }).waitFor()
    } finally {
      await empty.stop()
      rmSync(other, { recursive: true, force: true })
    }
  }, 150_000)

  async function signedIn(context: BrowserContext, name: string) {
    const watched = await watchedPage(context)
    const { page } = watched
    await page.goto(server.url)
    await page.getByLabel('Name').fill(name)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('navigation', { name: 'Pages' }).waitFor()
    // Before anybody is signed in, asking who it is is answered 401, which the console tells.
    watched.faults.length = 0
    return watched
  }
})

const total = (page: Page) => page.getByRole('region', { name: 'Total' }).locator('data').first()

const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const at = document.activeElement
    return (at?.querySelector('[class*="long"]') ?? at)?.textContent?.trim() ?? ''
  })

/** Drops a file anywhere on the page. */
async function drop(page: Page, lines: readonly string[]): Promise<void> {
  const transfer = await page.evaluateHandle((text) => {
    const data = new DataTransfer()
    data.items.add(new File([text], 'trades.csv', { type: 'text/csv' }))
    return data
  }, lines.join('\n'))
  const place = page.getByRole('heading', { name: 'Import trades' })
  for (const type of ['dragover', 'drop']) await place.dispatchEvent(type, { dataTransfer: transfer })
}

/** Runs in the page before anything else: keeps every text that is ever on it, and in its attributes. */
function watchText(): void {
  const told = globalThis as unknown as { texts: Set<string> }
  told.texts = new Set()
  const look = (node: Node): void => {
    told.texts.add(node.textContent ?? '')
    if (node instanceof Element)
      for (const each of [node, ...node.querySelectorAll('*')])
        for (const { value } of each.attributes) told.texts.add(value)
  }
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      look(target)
      addedNodes.forEach(look)
    }
  }).observe(document, { childList: true, subtree: true, characterData: true, attributes: true })
}
