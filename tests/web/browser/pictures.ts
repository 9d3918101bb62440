import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { openBrowser } from './support/chromium.ts'
import { buildPage, startDemo } from './support/server.ts'
import { settled, watchedPage } from './support/watch.ts'

/**
 * Makes docs/images from the demo, as it is at one moment, so that a picture changes only when the page does. A folder
 * given as argument has them instead.
 */
const NOW = Date.parse('2026-11-20T14:07:00Z')
const OUT = process.argv[2] ?? fileURLToPath(new URL('../../../docs/images', import.meta.url))

type Shot = {
  readonly name: string
  readonly path: string
  readonly width?: number
  readonly height?: number
  readonly theme?: 'light' | 'dark'
}
const WIDE = { width: 1280, height: 860 }
const PATHS: Readonly<Record<string, string>> = {
  overview: '/?range=30d',
  asset: '/assets/ethereum?range=30d',
  pnl: '/pnl?range=7d',
  lots: '/lots',
  wallets: '/wallets',
  data: '/data',
  settings: '/settings',
}
const SHOTS: readonly Shot[] = [
  ...Object.entries(PATHS).flatMap(([name, path]) =>
    (['light', 'dark'] as const).map((theme) => ({
      ...{ name: `${name}-${theme}`, path, theme },
      // The first screen is shown with what one scrolls to.
      ...(name === 'overview' ? { height: 1_240 } : {}),
    })),
  ),
  { name: 'overview-narrow', path: '/?range=30d', width: 390, height: 844 },
]

const folder = mkdtempSync(join(tmpdir(), 'tidemark-pictures-'))
try {
  buildPage()
  const server = await startDemo({ cwd: folder, now: NOW })
  const browser = await openBrowser()
  try {
    await takeAll(browser, server.link)
  } finally {
    await browser.close()
    await server.stop()
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Runs in the page: its clock shows another time, and runs. */
function shiftClock(by: number): void {
  const Real = Date
  globalThis.Date = class extends Real {
    constructor(...parts: [] | [number]) {
      super(...(parts.length === 0 ? ([Real.now() + by] as const) : parts))
    }
    static override now(): number {
      return Real.now() + by
    }
  } as DateConstructor
}

async function takeAll(browser: Browser, link: string): Promise<void> {
  mkdirSync(OUT, { recursive: true })
  const door = await browser.newContext()
  const { page: first } = await watchedPage(door)
  await first.goto(link)
  await settled(first)
  const storageState = await door.storageState()
  const { origin } = new URL(link)
  for (const { name, path, theme = 'light', ...size } of SHOTS) {
    const viewport = { ...WIDE, ...size }
    const context = await browser.newContext({
      ...{ storageState, viewport, colorScheme: theme, reducedMotion: 'reduce', deviceScaleFactor: 1 },
    })
    await context.addInitScript(shiftClock, NOW - Date.now())
    const { page, faults } = await watchedPage(context)
    await page.goto(origin + path)
    await settled(page)
    const file = join(OUT, `${name}.png`)
    await page.screenshot({ path: file, animations: 'disabled' })
    const kb = Math.round(statSync(file).size / 1024)
    console.log(`${name}: ${kb} KB${faults.length === 0 ? '' : ` ! ${faults.join('; ')}`}`)
    await context.close()
  }
}
