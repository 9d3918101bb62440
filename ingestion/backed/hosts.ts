import { ProviderError } from '../http/failure.ts'
import { createHttp, type GetOptions, type Http, type JsonAnswer } from '../http/http.ts'
import type { HttpTuning } from '../http/options.ts'
import type { CallReport } from '../http/stats.ts'

export const BASE_URLS = ['https://api.xstocks.fi/api/v2', 'https://api.backed.fi/api/v2'] as const

/** How long the host that answered last is asked first. */
const STICKY_MS = 10 * 60_000

/** What another host of the same service may answer all the same. */
const ELSEWHERE = new Set([
  'unreachable',
  'timeout',
  'server',
  'answer',
  'redirect',
  'forbidden',
  'postponed',
])

/** One service under several hosts, the later ones asked where the first does not answer. */
export class Hosts {
  private readonly hosts: readonly Http[]
  private readonly now: () => number
  private chosen = { index: 0, until: 0 }

  constructor(
    provider: string,
    options: { readonly baseUrls: readonly string[]; readonly perMinute: number; readonly http: HttpTuning },
  ) {
    const { baseUrls, perMinute, http } = options
    this.now = http.now ?? Date.now
    this.hosts = baseUrls.map((baseUrl) =>
      createHttp({
        maxConcurrent: 4,
        ...http,
        // A market that is closed holds a request for some 20 seconds and then says that there is no price.
        limits: { headersMs: 35_000, totalMs: 45_000, ...http.limits },
        retry: { retries: baseUrls.length > 1 ? 1 : 4, ...http.retry },
        ...{ provider, baseUrl, perMinute },
      }),
    )
  }

  /** The host that is asked first. */
  get host(): string {
    return this.inOrder()[0]?.host ?? ''
  }

  /** @throws ProviderError of the first host when none answers */
  async getJson(path: string, options: GetOptions): Promise<JsonAnswer> {
    let first: unknown = null
    for (const host of this.inOrder()) {
      try {
        const answer = await host.getJson(path, options)
        this.chosen = { index: this.hosts.indexOf(host), until: this.now() + STICKY_MS }
        return answer
      } catch (error) {
        first ??= error
        if (!(error instanceof ProviderError) || !ELSEWHERE.has(error.kind)) throw error
      }
    }
    throw first
  }

  report(): CallReport {
    const [first, ...others] = this.hosts.map((host) => host.report())
    const sum = (pick: (report: CallReport) => number) => others.reduce((all, one) => all + pick(one), 0)
    const own = first as CallReport
    return {
      ...own,
      host: this.host,
      calls: own.calls + sum(({ calls }) => calls),
      retries: own.retries + sum(({ retries }) => retries),
      rateLimited: own.rateLimited + sum(({ rateLimited }) => rateLimited),
      failed: own.failed + sum(({ failed }) => failed),
    }
  }

  close(): void {
    for (const host of this.hosts) host.close()
  }

  private inOrder(): readonly Http[] {
    const { index, until } = this.chosen
    const first = this.hosts[this.now() < until ? index : 0] as Http
    return [first, ...this.hosts.filter((host) => host !== first)]
  }
}
