import type { BrowserContext, Page } from 'playwright-core'

/** What a page must never do in normal use, in words, as it happens: it fills while the page lives. */
export type Watched = { readonly page: Page; readonly faults: string[] }

/** A new page whose console errors, uncaught errors, breaches of its policy and requests elsewhere are collected. */
export async function watchedPage(context: BrowserContext): Promise<Watched> {
  const page = await context.newPage()
  const faults: string[] = []
  await page.exposeFunction('tidemarkTestFault', (text: string) => void faults.push(text))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const told = globalThis as unknown as { tidemarkTestFault: (text: string) => void }
      told.tidemarkTestFault(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`)
    })
  })
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      faults.push(`console: ${message.text()} ${message.location().url}`)
  })
  return { page, faults }
}

/** How long nothing may change on a page before it counts as drawn. */
const STILL_MS = 400

/** Waits until what the page shows first is there: nothing loads any more, and nothing moves. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    (still) => {
      const at = globalThis as unknown as { seen?: { text: string; since: number } }
      const busy = document.querySelector('[aria-busy="true"], [class*="skeleton"]') !== null
      const text = document.querySelector('main') === null ? '' : document.body.innerHTML
      const now = performance.now()
      if (busy || text === '' || at.seen?.text !== text) at.seen = { text, since: now }
      return now - (at.seen?.since ?? now) >= still
    },
    STILL_MS,
    { polling: 100 },
  )
}
