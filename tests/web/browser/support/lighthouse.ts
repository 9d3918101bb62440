import { createServer } from 'node:net'
import { once } from 'node:events'
import lighthouse, { desktopConfig } from 'lighthouse'
import { chromium, type BrowserContext } from 'playwright-core'
import { CHROMIUM, FLAGS } from './chromium.ts'

type Session = Awaited<ReturnType<BrowserContext['storageState']>>
export type Audit = {
  /** From 0 to 100. */
  readonly score: number
  /** What keeps it from 100, a line for each. */
  readonly faults: readonly string[]
  /** Milliseconds until the largest part was painted; null where the category does not tell. */
  readonly largestPaintMs: number | null
}

/** What Lighthouse says of a page for somebody who is signed in, as on a desktop; in a browser of its own. */
export async function audit(
  url: string,
  { cookies }: Session,
  category: 'accessibility' | 'performance',
): Promise<Audit> {
  const port = await freePort()
  const browser = await chromium.launch({
    executablePath: CHROMIUM ?? '',
    args: [...FLAGS, `--remote-debugging-port=${port}`],
  })
  try {
    const extraHeaders = { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') }
    const flags = { port, logLevel: 'error' as const, onlyCategories: [category], extraHeaders }
    const { lhr } = (await lighthouse(url, flags, desktopConfig)) ?? {}
    const found = lhr?.categories[category]
    if (lhr === undefined || found === undefined || found.score === null)
      throw new Error(`Lighthouse tells nothing of ${url}: ${lhr?.runtimeError?.message ?? 'no report'}`)
    const weighed = found.auditRefs.filter(({ weight }) => weight > 0)
    const faults = weighed.flatMap(({ id }) => {
      const { score = null, title = id } = lhr.audits[id] ?? {}
      return score === null || score === 1 ? [] : [`${id}: ${title}`]
    })
    const largestPaintMs = lhr.audits['largest-contentful-paint']?.numericValue ?? null
    return { score: Math.round(found.score * 100), faults, largestPaintMs }
  } finally {
    await browser.close()
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}
