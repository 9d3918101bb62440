import { TidemarkError } from '#core/errors.ts'
import { addHours, ceilHour, DAY_MS, type Hour } from '#core/hour.ts'

export type Plan = 'public' | 'demo' | 'pro'

type PlanTerms = {
  readonly baseUrl: string
  readonly keyHeader: string | null
  /** The lowest rate that the plan is known with; a keyless network address has no published one. */
  readonly perMinute: number
  readonly historyDays: number | null
  /** `from` and `to` as UNIX seconds or as ISO minutes. */
  readonly times: 'seconds' | 'iso'
}

export const PLANS: Readonly<Record<Plan, PlanTerms>> = {
  public: {
    baseUrl: 'https://api.coingecko.com/api/v3',
    keyHeader: null,
    perMinute: 5,
    historyDays: 365,
    times: 'seconds',
  },
  demo: {
    baseUrl: 'https://api.coingecko.com/api/v3',
    keyHeader: 'x-cg-demo-api-key',
    perMinute: 30,
    historyDays: 365,
    times: 'seconds',
  },
  pro: {
    baseUrl: 'https://pro-api.coingecko.com/api/v3',
    keyHeader: 'x-cg-pro-api-key',
    perMinute: 300,
    historyDays: null,
    times: 'iso',
  },
}

/** Where a plan's calls go, with the headers they carry: a key only ever goes to the host of its own plan. */
export function endpoint(
  plan: Plan,
  apiKey: string | null,
  baseUrl: string | null,
): { baseUrl: string; headers: Record<string, string>; secrets: string[] } {
  const terms = PLANS[plan]
  const base = baseUrl ?? terms.baseUrl
  const other = plan === 'pro' ? PLANS.demo : PLANS.pro
  if (URL.canParse(base) && new URL(base).hostname === new URL(other.baseUrl).hostname) {
    throw new TidemarkError('CONFIG_INVALID', {
      message: `COINGECKO_BASE_URL leads to ${new URL(base).hostname}, which is not the host of the plan "${plan}".`,
      fix: `Remove COINGECKO_BASE_URL, or set COINGECKO_PLAN to the plan of that host.`,
    })
  }
  if (terms.keyHeader === null) return { baseUrl: base, headers: {}, secrets: [] }
  if (apiKey === null || apiKey === '') {
    throw new TidemarkError('CREDENTIAL_MISSING', {
      message: `The CoinGecko plan "${plan}" needs a key.`,
      fix: 'Set COINGECKO_API_KEY or COINGECKO_API_KEY_FILE, or COINGECKO_PLAN=public.',
    })
  }
  return { baseUrl: base, headers: { [terms.keyHeader]: apiKey }, secrets: [apiKey] }
}

/** The first hour that a plan with `historyDays` reaches; one hour less, since the limit moves while a call travels. */
export function reachOf(historyDays: number | null, now: number): Hour | null {
  return historyDays === null ? null : addHours(ceilHour(now - historyDays * DAY_MS), 1)
}
