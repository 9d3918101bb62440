import type { AssetClass, AssetId, Quote } from '#core/asset.ts'
import type { ProviderId } from '#core/candle.ts'

export const COINGECKO_PLANS = ['public', 'demo', 'pro'] as const
export type CoingeckoPlan = (typeof COINGECKO_PLANS)[number]

/** Stores that `STORAGE` may name. */
export const STORAGES = ['embedded', 'mongodb', 'mongodb+influxdb'] as const
export type Storage = (typeof STORAGES)[number]

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export const WALLET_SOURCES = ['rpc', 'allium'] as const
export type WalletReader = (typeof WALLET_SOURCES)[number]

export const PRICE_SOURCES = [
  'coingecko',
  'allium',
  'coinmarketcap',
  'backed',
  'defillama',
  'manual',
] as const

/** Everything that can be set, read once, frozen throughout. Paths are absolute; null is "not set" or "no limit". */
export type Config = {
  readonly dataDir: string
  readonly storage: Storage
  /** May hold a user and password: never print it. Set whenever `storage` names MongoDB. */
  readonly mongodbUri: string | null
  /** Set throughout whenever `storage` names InfluxDB. */
  readonly influx: {
    readonly url: string | null
    readonly token: string | null
    readonly org: string | null
    readonly bucket: string
  }
  /** Optional everywhere: limits, leases and short caches shared by processes, and the work queue. */
  readonly redisUrl: string | null
  readonly portfolioFile: string | null
  readonly baseCurrency: Quote
  readonly coingecko: {
    readonly plan: CoingeckoPlan
    /** Null too with the plan `public`, whose host must not be sent a key. */
    readonly apiKey: string | null
    /** Without a slash at its end. May hold a user and password: print it by `describeConfig` only. */
    readonly baseUrl: string
    /** Calls a minute. */
    readonly rate: number
    /** Calls a UTC month, or null for no limit. */
    readonly monthCredits: number | null
    /** How many days back the plan answers, or null for all. */
    readonly historyDays: number | null
  }
  readonly allium: {
    readonly apiKey: string | null
    readonly baseUrl: string
    readonly rate: number
  }
  readonly coinmarketcap: {
    readonly apiKey: string | null
    readonly baseUrl: string
    readonly rate: number
    readonly monthCredits: number | null
    /** How many days back the plan answers; 0 where it has only the prices of now. */
    readonly historyDays: number
  }
  readonly backed: {
    /** Null for its public hosts. */
    readonly baseUrl: string | null
    readonly rate: number
  }
  readonly defillama: {
    /** Stands in the path of every call: never print a URL of it. */
    readonly apiKey: string | null
    /** Null for its public host, or with a key for its paid one. */
    readonly baseUrl: string | null
    readonly rate: number
  }
  /** Nodes of chains. */
  readonly rpc: {
    /** By chain id, in order of preference. May hold keys: never print them. */
    readonly urls: ReadonlyMap<number, readonly string[]>
    /** Whether a public endpoint is asked where none is set. */
    readonly public: boolean
    /** Requests a second of each endpoint, or null for what its host is known for. */
    readonly rate: number | null
  }
  /** Which provider's mark counts: the first that has one. Sources without a key are asked only when they are named. */
  readonly priceSources: readonly ProviderId[]
  /** Who reads wallets: their chains' own nodes or Allium, in order of preference. */
  readonly walletSources: readonly WalletReader[]
  /** From how many per cent on two sources are too far apart, for `stable` and `other`, and for single assets. */
  readonly disputePercent: Readonly<Record<string, number>>
  /** How many hours a last price is carried, by class, and for single assets (an object without prototype). */
  readonly carryHours: Readonly<Record<AssetClass, number>>
  readonly carryHoursByAsset: Readonly<Record<string, number>>
  /** The asset whose prices in two currencies convert between them. */
  readonly convertThrough: AssetId
  readonly logLevel: LogLevel
  readonly scheduleCron: string
  /** What access tokens of the service are signed with; null for one of the data folder's own. */
  readonly authSecret: string | null
  /** Seconds: the longest `Retry-After` that is waited for. */
  readonly retryAfterCap: number
  readonly origins: Readonly<Record<string, Origin>>
}

/** Where a value comes from; `file` is the file that `X_FILE` names. */
export type Origin = 'flag' | 'environment' | '.env' | 'file' | 'default'
