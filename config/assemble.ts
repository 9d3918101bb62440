import type { AssetId, Quote } from '#core/asset.ts'
import type { CoingeckoPlan, Config, Origin, Storage } from './config.ts'
import { DEFAULT_CARRY, DEFAULT_DISPUTE, defaultDataDir } from './readers.ts'
import { SETTINGS, type SettingName, type Values } from './settings.ts'

type PlanDefaults = {
  readonly baseUrl: string
  readonly rate: number
  readonly monthCredits: number | null
  readonly historyDays: number | null
}

// CoinGecko publishes 100 calls a minute for demo and none for keyless use; clients observe 30 and 5 to 15. The
// lower numbers never meet a 429, and whoever knows better sets COINGECKO_RATE.
const PLANS: Record<CoingeckoPlan, PlanDefaults> = {
  public: { baseUrl: 'https://api.coingecko.com/api/v3', rate: 5, monthCredits: null, historyDays: 365 },
  demo: { baseUrl: 'https://api.coingecko.com/api/v3', rate: 30, monthCredits: 10_000, historyDays: 365 },
  pro: {
    baseUrl: 'https://pro-api.coingecko.com/api/v3',
    rate: 500,
    monthCredits: 500_000,
    historyDays: null,
  },
}

/** A fault of settings that do not go together; said only when `about` could be read. */
export type PairFault = { readonly about: SettingName; readonly text: string }

/** Puts defaults where nothing was set, some of which depend on other settings. */
export function assemble(
  values: Values,
  urls: Config['rpc']['urls'],
  env: Readonly<Record<string, string | undefined>>,
  origins: Readonly<Record<string, Origin>>,
): { config: Config; faults: readonly PairFault[] } {
  const key = values.COINGECKO_API_KEY
  const plan = values.COINGECKO_PLAN ?? (key === null ? 'public' : 'demo')
  const defaults = PLANS[plan]
  const carry = values.CARRY_HOURS ?? DEFAULT_CARRY
  const faults: PairFault[] = []
  if (plan !== 'public' && key === null) {
    faults.push({
      about: 'COINGECKO_API_KEY',
      text: `COINGECKO_PLAN is "${plan}" and COINGECKO_API_KEY is not set: set the key (or COINGECKO_API_KEY_FILE), or use COINGECKO_PLAN=public`,
    })
  }
  faults.push(...missingServers(values))
  const config: Config = {
    dataDir: values.TIDEMARK_DATA_DIR ?? defaultDataDir(env),
    storage: values.STORAGE ?? 'embedded',
    mongodbUri: values.MONGODB_URI,
    influx: {
      url: values.INFLUX_URL,
      token: values.INFLUX_TOKEN,
      org: values.INFLUX_ORG,
      bucket: values.INFLUX_BUCKET ?? 'tidemark',
    },
    redisUrl: values.REDIS_URL,
    portfolioFile: values.TIDEMARK_PORTFOLIO,
    baseCurrency: values.BASE_CURRENCY ?? ('usd' as Quote),
    coingecko: {
      plan,
      apiKey: plan === 'public' ? null : key,
      baseUrl: values.COINGECKO_BASE_URL ?? defaults.baseUrl,
      rate: values.COINGECKO_RATE ?? defaults.rate,
      monthCredits: limitOr(values.COINGECKO_MONTH_CREDITS, defaults.monthCredits),
      historyDays: limitOr(values.COINGECKO_HISTORY_DAYS, defaults.historyDays),
    },
    allium: {
      apiKey: values.ALLIUM_API_KEY,
      baseUrl: values.ALLIUM_BASE_URL ?? 'https://api.allium.so',
      rate: values.ALLIUM_RATE ?? 60,
    },
    coinmarketcap: {
      apiKey: values.COINMARKETCAP_API_KEY,
      baseUrl: values.CMC_BASE_URL ?? 'https://pro-api.coinmarketcap.com',
      rate: values.CMC_RATE ?? 30,
      monthCredits: limitOr(values.CMC_MONTH_CREDITS, 10_000),
      historyDays: values.CMC_HISTORY_DAYS ?? 0,
    },
    backed: { baseUrl: values.BACKED_BASE_URL, rate: values.BACKED_RATE ?? 10 },
    defillama: {
      apiKey: values.DEFILLAMA_API_KEY,
      baseUrl: values.DEFILLAMA_BASE_URL,
      rate: values.DEFILLAMA_RATE ?? 60,
    },
    rpc: { urls, public: values.PUBLIC_RPC !== 'off', rate: values.RPC_RATE },
    priceSources: values.PRICE_SOURCES ?? ['coingecko', 'allium', 'coinmarketcap', 'manual'],
    disputePercent: values.DISPUTE_PERCENT ?? DEFAULT_DISPUTE,
    walletSources: values.WALLET_SOURCES ?? ['rpc', 'allium'],
    carryHours: { ...carry.classes },
    carryHoursByAsset: Object.assign(Object.create(null) as Record<string, number>, carry.assets),
    convertThrough: values.CONVERT_THROUGH ?? ('bitcoin' as AssetId),
    logLevel: values.LOG_LEVEL ?? 'info',
    scheduleCron: values.SCHEDULE_CRON ?? '5 * * * *',
    authSecret: values.AUTH_SECRET,
    retryAfterCap: values.RETRY_AFTER_CAP ?? 120,
    origins,
  }
  return { config, faults }
}

const NEEDED: Record<Storage, readonly SettingName[]> = {
  embedded: [],
  mongodb: ['MONGODB_URI'],
  'mongodb+influxdb': ['MONGODB_URI', 'INFLUX_URL', 'INFLUX_TOKEN', 'INFLUX_ORG'],
}

/** What the kind of storage needs and was not given. */
function missingServers(values: Values): PairFault[] {
  const storage = values.STORAGE ?? 'embedded'
  return NEEDED[storage]
    .filter((name) => values[name] === null)
    .map((name) => ({
      about: name,
      text: `STORAGE is "${storage}" and ${name} is not set: set it${SETTINGS[name].secret ? ` (or ${name}_FILE)` : ''}, or use STORAGE=embedded`,
    }))
}

function limitOr(set: number | null, byDefault: number | null): number | null {
  if (set === null) return byDefault
  return set === Infinity ? null : set
}
