import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]
const WHY = 'needs Chromium: apt-get install chromium, or CHROMIUM=/its/path'

/** The browser that this machine has; null where there is none. */
export const CHROMIUM = [process.env['CHROMIUM'] ?? '', ...PLACES].find((path) => existsSync(path)) ?? null

/** For `describe.skipIf`; in CI the tests run, and fail. */
export const WITHOUT_BROWSER = CHROMIUM === null && process.env['CI'] === undefined
if (WITHOUT_BROWSER) console.warn(`skipped: a page in a browser ${WHY}`)

/** Nothing of it asks anybody but the page's server, and text is drawn alike wherever it runs. */
export const FLAGS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--font-render-hinting=none',
  '--force-color-profile=srgb',
]

/** @throws Error that says how to get one where there is none */
export async function openBrowser(): Promise<Browser> {
  if (CHROMIUM === null) throw new Error(`This test ${WHY}`)
  return chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS] })
}
