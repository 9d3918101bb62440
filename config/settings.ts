import { readBaseCurrency } from './base-currency.ts'
import { COINGECKO_PLANS, LOG_LEVELS, STORAGES, type Config } from './config.ts'
import * as read from './readers.ts'

/** One thing that can be set. `example` is its default as `.env.example` shows it. */
export type Setting<T> = {
  readonly read: read.Read<T>
  readonly secret: boolean
  readonly flag: string | null
  readonly example: string
  readonly description: string
  /** How the value in force is printed; null where there is none. Never called for a secret. */
  readonly print: (config: Config) => string | null
}

type Options<T> = Partial<Pick<Setting<T>, 'flag'>> & Pick<Setting<T>, 'example' | 'description' | 'print'>

function setting<T>(reader: read.Read<T>, options: Options<T>): Setting<T> {
  return { flag: null, ...options, read: reader, secret: false }
}

function secret(
  example: string,
  description: string,
  value: (config: Config) => string | null,
  reader: read.Read<string> = read.secret,
) {
  return { read: reader, secret: true, flag: null, example, description, print: value }
}

const limitText = (value: number | null) => (value === null ? 'none' : String(value))

/** Every setting, by the name of its variable, in the order in which they are shown. */
export const SETTINGS = {
  TIDEMARK_DATA_DIR: setting(read.path, {
    flag: '--data-dir',
    example: '~/.local/share/tidemark',
    description:
      'Folder of the store, its backups and logs. Default: tidemark in the XDG data home ($XDG_DATA_HOME).',
    print: (config) => config.dataDir,
  }),
  TIDEMARK_PORTFOLIO: setting(read.path, {
    flag: '--portfolio',
    example: 'portfolio.yaml',
    description: 'Portfolio file. "tidemark init" writes one to edit. Default: none.',
    print: (config) => config.portfolioFile,
  }),
  STORAGE: setting(read.oneOf(STORAGES), {
    example: 'embedded',
    description:
      'Where data is kept: embedded (one file in the data folder), mongodb, or mongodb+influxdb (documents there, hourly series here).',
    print: (config) => config.storage,
  }),
  MONGODB_URI: secret(
    'mongodb://127.0.0.1:27017/tidemark',
    'MongoDB, with the name of the database. Default: none.',
    (config) => config.mongodbUri,
    read.serverUri(['mongodb', 'mongodb+srv'], 'mongodb://host:27017/tidemark'),
  ),
  INFLUX_URL: setting(read.baseUrl, {
    example: 'http://127.0.0.1:8086',
    description: 'InfluxDB 2. Default: none.',
    print: (config) => (config.influx.url === null ? null : maskUrl(config.influx.url)),
  }),
  INFLUX_TOKEN: secret(
    'your-token',
    'Token that may read and write the buckets of INFLUX_BUCKET. Default: none.',
    (config) => config.influx.token,
  ),
  INFLUX_ORG: setting(read.serverName, {
    example: 'tidemark',
    description: 'Organisation in InfluxDB. Default: none.',
    print: (config) => config.influx.org,
  }),
  INFLUX_BUCKET: setting(read.serverName, {
    example: 'tidemark',
    description: 'Bucket of the hourly series; daily and weekly ones stand beside it (-daily, -weekly).',
    print: (config) => config.influx.bucket,
  }),
  REDIS_URL: secret(
    'redis://127.0.0.1:6379/0',
    'Redis for limits shared by processes, short caches and the work queue. Default: none, everything works without.',
    (config) => config.redisUrl,
    read.serverUri(['redis', 'rediss'], 'redis://host:6379/0'),
  ),
  BASE_CURRENCY: setting(readBaseCurrency, {
    example: 'usd',
    description: 'Currency of prices and PnL where no portfolio says its own: an ISO code, btc or eth.',
    print: (config) => config.baseCurrency,
  }),
  COINGECKO_PLAN: setting(read.oneOf(COINGECKO_PLANS), {
    example: 'public',
    description:
      'CoinGecko plan: public (no key), demo (free key) or pro (paid key). Default: demo when a key is set, else public.',
    print: (config) => config.coingecko.plan,
  }),
  COINGECKO_API_KEY: secret(
    'your-key',
    'Key of the plan demo or pro. Not sent with the plan public. Default: none.',
    (config) => config.coingecko.apiKey,
  ),
  COINGECKO_BASE_URL: setting(read.baseUrl, {
    example: 'https://api.coingecko.com/api/v3',
    description:
      'Where CoinGecko is called. Default with the plan pro: https://pro-api.coingecko.com/api/v3.',
    print: (config) => maskUrl(config.coingecko.baseUrl),
  }),
  COINGECKO_RATE: setting(read.wholeNumber(1, 10_000), {
    example: '5',
    description: 'CoinGecko calls a minute. Default by plan: public 5, demo 30, pro 500.',
    print: (config) => String(config.coingecko.rate),
  }),
  COINGECKO_MONTH_CREDITS: setting(read.limit(1_000_000_000), {
    example: 'none',
    description:
      'CoinGecko calls a month, or none for no limit. Default by plan: public none, demo 10000, pro 500000.',
    print: (config) => limitText(config.coingecko.monthCredits),
  }),
  COINGECKO_HISTORY_DAYS: setting(read.limit(10_000), {
    example: '365',
    description:
      'How many days back CoinGecko answers, or none for all. Default by plan: public 365, demo 365, pro none.',
    print: (config) => limitText(config.coingecko.historyDays),
  }),
  ALLIUM_API_KEY: secret(
    'your-key',
    'Key of Allium, which reads wallets and is the second source of prices. Default: none, Allium is not asked.',
    (config) => config.allium.apiKey,
  ),
  ALLIUM_BASE_URL: setting(read.baseUrl, {
    example: 'https://api.allium.so',
    description: 'Where Allium is called.',
    print: (config) => maskUrl(config.allium.baseUrl),
  }),
  ALLIUM_RATE: setting(read.wholeNumber(1, 10_000), {
    example: '60',
    description: 'Allium calls a minute.',
    print: (config) => String(config.allium.rate),
  }),
  COINMARKETCAP_API_KEY: secret(
    'your-key',
    'Key of CoinMarketCap, a further source of prices. Default: none, CoinMarketCap is not asked.',
    (config) => config.coinmarketcap.apiKey,
  ),
  CMC_BASE_URL: setting(read.baseUrl, {
    example: 'https://pro-api.coinmarketcap.com',
    description: 'Where CoinMarketCap is called.',
    print: (config) => maskUrl(config.coinmarketcap.baseUrl),
  }),
  CMC_RATE: setting(read.wholeNumber(1, 10_000), {
    example: '30',
    description: 'CoinMarketCap calls a minute.',
    print: (config) => String(config.coinmarketcap.rate),
  }),
  CMC_MONTH_CREDITS: setting(read.limit(1_000_000_000), {
    example: '10000',
    description: 'CoinMarketCap credits a month, or none for no limit: one for a hundred prices.',
    print: (config) => limitText(config.coinmarketcap.monthCredits),
  }),
  CMC_HISTORY_DAYS: setting(read.wholeNumber(0, 10_000), {
    example: '0',
    description: 'How many days back the CoinMarketCap plan answers; 0 where it has only the prices of now.',
    print: (config) => String(config.coinmarketcap.historyDays),
  }),
  BACKED_BASE_URL: setting(read.baseUrl, {
    example: 'https://api.xstocks.fi/api/v2',
    description:
      'Where Backed is called for stock tokens (xStocks). Default: api.xstocks.fi, and api.backed.fi where that does not answer.',
    print: ({ backed }) => maskUrl(backed.baseUrl ?? 'https://api.xstocks.fi/api/v2'),
  }),
  BACKED_RATE: setting(read.wholeNumber(1, 10_000), {
    example: '10',
    description: 'Backed calls a minute.',
    print: (config) => String(config.backed.rate),
  }),
  DEFILLAMA_API_KEY: secret(
    'your-key',
    'Key of the paid DefiLlama. Default: none, its public host is called.',
    (config) => config.defillama.apiKey,
  ),
  DEFILLAMA_BASE_URL: setting(read.baseUrl, {
    example: 'https://coins.llama.fi',
    description: 'Where DefiLlama is called. Default with a key: https://pro-api.llama.fi.',
    print: ({ defillama: { baseUrl, apiKey } }) =>
      maskUrl(baseUrl ?? `https://${apiKey === null ? 'coins' : 'pro-api'}.llama.fi`),
  }),
  DEFILLAMA_RATE: setting(read.wholeNumber(1, 10_000), {
    example: '60',
    description: 'DefiLlama calls a minute.',
    print: (config) => String(config.defillama.rate),
  }),
  DISPUTE_PERCENT: setting(read.disputePercent, {
    example: 'stable=1,other=5',
    description:
      'From how many per cent on two sources of a price dispute an hour: stable coins, all others, or by asset id.',
    print: (config) =>
      Object.entries(config.disputePercent)
        .map(([key, percent]) => `${key}=${percent}`)
        .join(','),
  }),
  PRICE_SOURCES: setting(read.priceSources, {
    example: 'coingecko,allium,coinmarketcap,manual',
    description:
      'Order of the sources of a price: the first that has one for an hour gives it. Those with a key (allium, coinmarketcap) are asked where it is set; backed and defillama, which need none, where they are named here.',
    print: (config) => config.priceSources.join(','),
  }),
  PUBLIC_RPC: setting(read.oneOf(['on', 'off']), {
    example: 'on',
    description:
      'Whether the public endpoint of a chain is asked where no RPC_URL of it is set: on or off. Its host learns the addresses.',
    print: (config) => (config.rpc.public ? 'on' : 'off'),
  }),
  RPC_RATE: setting(read.wholeNumber(1, 10_000), {
    example: '100',
    description:
      'Requests a second of each endpoint, and of all endpoints of a chain together. Default by host: own networks 100, Alchemy, Infura and QuickNode 25, all others 10; less while a host asks for it.',
    print: ({ rpc }) => (rpc.rate === null ? null : String(rpc.rate)),
  }),
  WALLET_SOURCES: setting(read.walletSources, {
    example: 'rpc,allium',
    description:
      'Who reads wallets: rpc (their chains, by RPC_URL_<chain id>, or without ALLIUM_API_KEY by a public endpoint) and allium, the preferred first. A wallet stays with who read it first.',
    print: (config) => config.walletSources.join(','),
  }),
  CARRY_HOURS: setting(read.carryHours, {
    example: 'crypto=3,stock=96,fiat=3',
    description:
      'How many hours a last price stands in for a missing one, by class (crypto, stock, fiat) or asset id.',
    print: (config) =>
      Object.entries({ ...config.carryHours, ...config.carryHoursByAsset })
        .map(([key, hours]) => `${key}=${hours}`)
        .join(','),
  }),
  CONVERT_THROUGH: setting(read.asset, {
    example: 'bitcoin',
    description: 'Asset whose prices in two currencies convert between them.',
    print: (config) => config.convertThrough,
  }),
  SCHEDULE_CRON: setting(read.cron, {
    flag: '--cron',
    example: '5 * * * *',
    description: 'When "tidemark schedule" works: minute hour day month weekday, in UTC.',
    print: (config) => config.scheduleCron,
  }),
  AUTH_SECRET: secret(
    'an-example-that-is-refused-openssl-rand-base64-48',
    'What the service signs access tokens with: 32 random bytes or more, the same on every server of a store. Default: one is made and kept in the data folder.',
    (config) => config.authSecret,
    read.signingSecret,
  ),
  RETRY_AFTER_CAP: setting(read.wholeNumber(0, 86_400), {
    example: '120',
    description: 'Longest wait in seconds that a provider may ask for before its work is put off.',
    print: (config) => String(config.retryAfterCap),
  }),
  LOG_LEVEL: setting(read.oneOf(LOG_LEVELS), {
    example: 'info',
    description: `How much is written to the log: ${LOG_LEVELS.join(', ')}.`,
    print: (config) => config.logLevel,
  }),
} satisfies Record<string, Setting<unknown>>

export type SettingName = keyof typeof SETTINGS
export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[]

/** What each setting was set to; null where it was not. */
export type Values = {
  readonly [K in SettingName]: (typeof SETTINGS)[K] extends Setting<infer T> ? T | null : never
}

/** The URL with what stands before its host masked. */
export function maskUrl(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//***@')
}
