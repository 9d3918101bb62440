import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { listenForAmounts, shownOf } from './support/amounts.ts'
import { findings } from './support/axe.ts'
import { WITHOUT_BROWSER } from './support/chromium.ts'
import { demo, stage } from './support/stage.ts'
import { settled } from './support/watch.ts'

const BUILT = fileURLToPath(new URL('../../../dist/web', import.meta.url))
const MOST_SCRIPT_KB = 350
const MOST_SHIFT = 0.1

const PAGES = [
  '/?range=30d',
  '/assets/ethereum?range=7d',
  '/pnl?range=7d',
  '/lots',
  '/lots?tab=lots',
  '/lots?tab=gains',
  '/lots?tab=methods',
  '/wallets',
  '/data',
  '/settings',
] as const
const LOOKS = [
  { theme: 'light', width: 1280, privacy: true },
  { theme: 'dark', width: 1280, privacy: false },
  { theme: 'light', width: 320, privacy: false },
  { theme: 'dark', width: 320, privacy: true },
] as const

describe.skipIf(WITHOUT_BROWSER)('every page of the demo, in a browser', () => {
  const on = stage()
  const { url, session } = demo(on)

  for (const { theme, width, privacy } of LOOKS)
    test(`${theme}, ${width} px, amounts ${privacy ? 'hidden' : 'shown'}: axe finds nothing, nothing is wider than the page, no policy is broken`, async () => {
      const { page, faults } = await on.page(`${url()}/settings`, {
        storageState: session(),
        settings: { theme, privacy },
        viewport: { width, height: 800 },
      })
      const wrong: string[] = []
      let told = 0
      const amounts = listenForAmounts(page)
      for (const path of PAGES) {
        await page.goto(url() + path)
        await settled(page)
        wrong.push(...(await findings(page)).map((text) => `${path} ${text}`))
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        if (over > 0) wrong.push(`${path} is ${over} px wider than ${width}: ${await widest(page)}`)
        const shown = await shownOf(page, amounts)
        if (privacy) wrong.push(...shown.map((text) => `${path} shows ${text}`))
        else told += shown.length
      }
      expect(wrong).toEqual([])
      // Else what looks for amounts would find none where they are.
      if (!privacy) expect(told).toBeGreaterThan(20)
      expect(faults).toEqual([])
    }, 180_000)

  test('the page scrolls by keyboard, and whatever has the focus shows it', async () => {
    const { page } = await on.page(`${url()}/`, { storageState: session() })
    const wrong: string[] = []
    for (const path of PAGES) {
      await page.goto(url() + path)
      await settled(page)
      for (let at = 0; at < 40; at++) {
        await page.keyboard.press('Tab')
        const told = await page.evaluate(focusFault)
        if (told !== null) wrong.push(`${path} ${told}`)
      }
    }
    expect(wrong).toEqual([])
  }, 180_000)

  test(`the scripts of a first visit are at most ${MOST_SCRIPT_KB} KB, and nothing moves while it loads`, async () => {
    const context = await on.context({ storageState: session() })
    await context.addInitScript(watchShifts)
    const page = await context.newPage()
    const scripts = new Set<string>()
    page.on('response', (response) => {
      if (response.request().resourceType() === 'script') scripts.add(new URL(response.url()).pathname)
    })
    await page.goto(`${url()}/?range=1y`)
    await settled(page)
    await page.waitForSelector('canvas')
    const bytes = [...scripts].map((path) => gzipSync(readFileSync(join(BUILT, path)), { level: 9 }).length)
    const kb = bytes.reduce((sum, each) => sum + each, 0) / 1024
    const shift = await page.evaluate(() => (globalThis as unknown as { shifted: number }).shifted)
    console.log(`${scripts.size} scripts, ${kb.toFixed(1)} KB gzip; layout shift ${shift.toFixed(4)}`)
    expect(scripts.size).toBeGreaterThan(3)
    expect(kb).toBeLessThanOrEqual(MOST_SCRIPT_KB)
    expect(shift).toBeLessThanOrEqual(MOST_SHIFT)
  })
})

/** Runs in the page: what is wrong with how the focus shows; null where nothing is. */
function focusFault(): string | null {
  const at = document.activeElement
  if (at === null || at === document.body) return null
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(at)
  const isMarked = (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none'
  const { width, height } = at.getBoundingClientRect()
  if (isMarked && width > 0 && height > 0) return null
  return `${at.outerHTML.slice(0, 120)} has the focus and does not show it`
}

/** Runs in the page before anything else. */
function watchShifts(): void {
  const told = globalThis as unknown as { shifted: number }
  told.shifted = 0
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as unknown as { value: number; hadRecentInput: boolean }[])
      if (!entry.hadRecentInput) told.shifted += entry.value
  }).observe({ type: 'layout-shift', buffered: true })
}

function widest(page: Page): Promise<string> {
  return page.evaluate(() => {
    const all = [...document.querySelectorAll('body *')]
    const over = all.filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
    return over
      .map((each) => each.outerHTML.slice(0, 100))
      .slice(0, 3)
      .join(' | ')
  })
}
