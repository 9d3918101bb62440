import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { openBrowser } from './chromium.ts'
import { buildPage, startDemo, type Server } from './server.ts'
import { settled, watchedPage, type Watched } from './watch.ts'

type Session = Awaited<ReturnType<BrowserContext['storageState']>>
export type Opened = { readonly path?: string; readonly settings?: object } & BrowserContextOptions

/** One browser for the tests of a file, and contexts that end with their test. */
export class Stage {
  private browser: Browser | null = null
  private readonly contexts: BrowserContext[] = []

  async begin(): Promise<void> {
    this.browser = await openBrowser()
  }

  async context(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    if (this.browser === null) throw new Error('the browser is not open')
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
    this.contexts.push(context)
    return context
  }

  /** A page at an address, drawn. `settings` are those that it has in this browser, such as `{ privacy: true }`. */
  async page(url: string, { settings, ...options }: Opened = {}): Promise<Watched> {
    const context = await this.context(options)
    if (settings !== undefined) await context.addInitScript(keepSettings, JSON.stringify(settings))
    const watched = await watchedPage(context)
    await watched.page.goto(url)
    await settled(watched.page)
    return watched
  }

  async clear(): Promise<void> {
    await Promise.all(this.contexts.splice(0).map((context) => context.close()))
  }

  async end(): Promise<void> {
    await this.clear()
    await this.browser?.close()
  }
}

/** Runs in the page: as if it had been told once, so that what it is told later stands. */
function keepSettings(text: string): void {
  if (localStorage.getItem('tidemark') === null) localStorage.setItem('tidemark', text)
}

/** For a file of tests: a browser, whose contexts end with each test. */
export function stage(): Stage {
  const made = new Stage()
  beforeAll(() => made.begin())
  afterEach(() => made.clear())
  afterAll(() => made.end())
  return made
}

/** For a file of tests: the demo as `tidemark demo --serve` shows it, and somebody who has come in by its link. */
export function demo(on: Stage): { readonly url: () => string; readonly session: () => Session } {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-page-'))
  let server: Server | null = null
  let session: Session | null = null
  beforeAll(async () => {
    buildPage()
    server = await startDemo({ cwd: folder })
    const { page } = await on.page(server.link)
    // Who it is, and nothing of what the page has kept: tests say that themselves.
    session = { cookies: await page.context().cookies(), origins: [] }
    await on.clear()
  }, 180_000)
  afterAll(async () => {
    await server?.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  return { url: () => server?.url ?? '', session: () => session ?? { cookies: [], origins: [] } }
}
