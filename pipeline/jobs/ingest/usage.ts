import { monthOf } from '#core/month.ts'
import type { ProviderReport } from '../../ports.ts'
import type { JobIo } from '../io.ts'

/** A count is written at the latest after this many calls: a kill forgets no more than these. */
const FLUSH_CALLS = 20

/** How the providers were used since this meter was made; keeps the month's count of calls in the store. */
export class UsageMeter {
  private readonly io: JobIo
  private readonly start: ReadonlyMap<string, ProviderReport>
  private readonly stored = new Map<string, number>()

  constructor(io: JobIo) {
    this.io = io
    this.start = new Map(io.reports().map((report) => [keyOf(report), report]))
  }

  report(): ProviderReport[] {
    return this.io.reports().map((report) => {
      const start = this.start.get(keyOf(report))
      return {
        ...report,
        calls: report.calls - (start?.calls ?? 0),
        ...(report.credits === undefined ? {} : { credits: report.credits - (start?.credits ?? 0) }),
        retries: report.retries - (start?.retries ?? 0),
        rateLimited: report.rateLimited - (start?.rateLimited ?? 0),
        failed: report.failed - (start?.failed ?? 0),
      }
    })
  }

  /** Writes counts that grew by enough, or all of them with `least` 1. */
  async flush(least = FLUSH_CALLS): Promise<void> {
    for (const report of this.report()) {
      const key = keyOf(report)
      const spent = report.credits ?? report.calls
      const grown = spent - (this.stored.get(key) ?? 0)
      if (grown < Math.max(1, least)) continue
      this.stored.set(key, spent)
      const used = await this.io.store.addCalls(report.provider, monthOf(this.io.now()), grown)
      this.io.spent?.(report.provider, used)
    }
  }
}

const keyOf = (report: ProviderReport): string => `${report.provider} ${report.host}`
