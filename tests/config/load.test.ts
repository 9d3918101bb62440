import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { TidemarkError } from '#core/errors.ts'
import { describeConfig } from '#config/describe.ts'
import { loadConfig, type ConfigInput } from '#config/load.ts'
import { SETTING_NAMES, SETTINGS } from '#config/settings.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const KEY = 'CG-canary0123456789abcdefgh'

function load(input: Partial<ConfigInput> = {}) {
  return loadConfig({ envFile: null, cwd: '/srv', ...input, env: { HOME: '/home/ann', ...input.env } })
}

function failure(input: Partial<ConfigInput>): TidemarkError {
  try {
    load(input)
  } catch (error) {
    if (error instanceof TidemarkError) return error
    throw error
  }
  throw new Error('nothing was wrong')
}

const faults = (input: Partial<ConfigInput>) => failure(input).faults

function origin(input: Partial<ConfigInput>, name: string) {
  return describeConfig(load(input)).find((row) => row.name === name)
}

describe('where a value comes from', () => {
  const env = { LOG_LEVEL: 'warn' }
  const envFile = 'LOG_LEVEL=debug\nSTORAGE=embedded'

  test('flags win over the environment, it over .env, that over defaults', () => {
    expect(origin({ env, envFile, flags: { LOG_LEVEL: 'error' } }, 'LOG_LEVEL')).toMatchObject({
      value: 'error',
      origin: 'flag',
    })
    expect(origin({ env, envFile }, 'LOG_LEVEL')).toMatchObject({ value: 'warn', origin: 'environment' })
    expect(origin({ envFile }, 'LOG_LEVEL')).toMatchObject({ value: 'debug', origin: '.env' })
    expect(origin({}, 'LOG_LEVEL')).toMatchObject({ value: 'info', origin: 'default' })
  })

  test('the data folder is in the XDG data home, which counts only when absolute', () => {
    expect(load().dataDir).toBe('/home/ann/.local/share/tidemark')
    expect(load({ env: { XDG_DATA_HOME: '/data' } }).dataDir).toBe('/data/tidemark')
    expect(load({ env: { XDG_DATA_HOME: 'data' } }).dataDir).toBe('/home/ann/.local/share/tidemark')
    expect(load({ env: { TIDEMARK_DATA_DIR: '~/tide' } }).dataDir).toBe('/home/ann/tide')
    expect(load({ flags: { TIDEMARK_DATA_DIR: 'here' } }).dataDir).toBe('/srv/here')
  })

  test('the configuration is frozen throughout', () => {
    const config = load({ env: { CARRY_HOURS: 'bitcoin=5' } })
    for (const part of [
      config,
      config.coingecko,
      config.carryHours,
      config.carryHoursByAsset,
      config.priceSources,
    ]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })
})

describe('CoinGecko by plan', () => {
  test('no key is public, a key alone is demo', () => {
    expect(load().coingecko).toEqual({
      plan: 'public',
      apiKey: null,
      baseUrl: 'https://api.coingecko.com/api/v3',
      rate: 5,
      monthCredits: null,
      historyDays: 365,
    })
    expect(load({ env: { COINGECKO_API_KEY: KEY } }).coingecko).toMatchObject({
      plan: 'demo',
      apiKey: KEY,
      rate: 30,
      monthCredits: 10_000,
      historyDays: 365,
    })
  })

  test('pro has its own host and reach, and settings win over them', () => {
    const env = { COINGECKO_PLAN: 'pro', COINGECKO_API_KEY: KEY }
    expect(load({ env }).coingecko).toMatchObject({
      baseUrl: 'https://pro-api.coingecko.com/api/v3',
      rate: 500,
      monthCredits: 500_000,
      historyDays: null,
    })
    const set = {
      COINGECKO_BASE_URL: 'http://127.0.0.1:4010/api/',
      COINGECKO_RATE: '60',
      COINGECKO_MONTH_CREDITS: 'none',
      COINGECKO_HISTORY_DAYS: '30',
    }
    expect(load({ env: { ...env, ...set } }).coingecko).toMatchObject({
      baseUrl: 'http://127.0.0.1:4010/api',
      rate: 60,
      monthCredits: null,
      historyDays: 30,
    })
  })

  test('a plan that needs a key names both variables', () => {
    for (const plan of ['demo', 'pro']) {
      const [fault = ''] = faults({ env: { COINGECKO_PLAN: plan } })
      expect(fault).toContain('COINGECKO_PLAN')
      expect(fault).toContain('COINGECKO_API_KEY')
    }
  })

  test('with the plan public a key is neither sent nor printed', () => {
    const env = { COINGECKO_PLAN: 'public', COINGECKO_API_KEY: KEY }
    expect(load({ env }).coingecko.apiKey).toBeNull()
    expect(JSON.stringify(describeConfig(load({ env })))).not.toContain(KEY)
  })
})

describe('secrets', () => {
  const file = join(folder, 'key')
  const put = (text: string) => {
    writeFileSync(file, text)
    return { COINGECKO_API_KEY_FILE: file }
  }

  test.each([KEY, `${KEY}\n`, `${KEY}\r\n`])('come from a file, without its line break', (text) => {
    const env = put(text)
    expect(load({ env }).coingecko.apiKey).toBe(KEY)
    expect(origin({ env }, 'COINGECKO_API_KEY')).toMatchObject({ value: '********', origin: 'file' })
  })

  test('a file that is missing, empty, or holds more than a key is a fault', () => {
    expect(faults({ env: { COINGECKO_API_KEY_FILE: join(folder, 'none') } })[0]).toContain('does not exist')
    expect(faults({ env: { COINGECKO_API_KEY_FILE: folder } })[0]).toContain('folder')
    expect(faults({ env: put('') })[0]).toContain('empty file')
    expect(faults({ env: put(`${KEY}\nmore\n`) })[0]).toContain('more than one line')
    expect(faults({ env: put('x'.repeat(70_000)) })[0]).toContain('70000 bytes')
  })

  test('the variable and its file together are a fault; in different places the higher one counts', () => {
    expect(faults({ env: { ...put(KEY), COINGECKO_API_KEY: KEY } })[0]).toContain('both set')
    const config = load({ env: { COINGECKO_API_KEY: 'CG-other' }, envFile: `COINGECKO_API_KEY_FILE=${file}` })
    expect(config.coingecko.apiKey).toBe('CG-other')
  })

  test('are refused as flags, which every user of the machine can see', () => {
    expect(faults({ flags: { ALLIUM_API_KEY: KEY } })[0]).toContain('may not be given as a flag')
  })

  test('A33: never stand in what is printed, wherever they were put', () => {
    const secretUrl = 'https://ann:canary-password@host/api'
    const shown = JSON.stringify(
      describeConfig(
        load({ env: { COINGECKO_API_KEY: KEY, ALLIUM_API_KEY: KEY, ALLIUM_BASE_URL: secretUrl } }),
      ),
    )
    expect(shown).not.toContain('canary')
    const error = failure({
      env: { COINGECKO_API_KEY: KEY, COINGECKO_PLAN: KEY, ALLIUM_API_KEY: `${KEY} x`, COINGEKO_API_KEY: KEY },
      envFile: `STORAGE=${KEY}\nALLIUM_BASE_URL=ftp://ann:canary@h`,
    })
    expect(error.faults.length).toBeGreaterThan(3)
    expect(JSON.stringify([error.message, error.faults, error.fix])).not.toContain('canary')
  })
})

describe('servers', () => {
  const mongodb = 'mongodb://ann:canary@h:27017/tidemark'
  const influx = { INFLUX_URL: 'http://h:8086', INFLUX_TOKEN: 'canary', INFLUX_ORG: 'home' }

  test('a store names everything that it needs and was not given, at once', () => {
    expect(faults({ env: { STORAGE: 'mongodb+influxdb' } })).toEqual([
      expect.stringContaining('MONGODB_URI'),
      expect.stringContaining('INFLUX_URL'),
      expect.stringContaining('INFLUX_TOKEN'),
      expect.stringContaining('INFLUX_ORG'),
    ])
    expect(faults({ env: { STORAGE: 'mongodb+influxdb', ...influx } })).toHaveLength(1)
  })

  test('addresses and token are read and never shown', () => {
    const config = load({
      env: { STORAGE: 'mongodb+influxdb', MONGODB_URI: mongodb, REDIS_URL: 'rediss://:canary@h', ...influx },
    })
    expect(config).toMatchObject({
      storage: 'mongodb+influxdb',
      mongodbUri: mongodb,
      redisUrl: 'rediss://:canary@h',
    })
    expect(config.influx).toEqual({ url: 'http://h:8086', token: 'canary', org: 'home', bucket: 'tidemark' })
    expect(JSON.stringify(describeConfig(config))).not.toContain('canary')
  })

  test('a wrong address is refused without its password', () => {
    const error = failure({ env: { MONGODB_URI: 'mongdb://ann:canary@h', REDIS_URL: 'x://:canary@h' } })
    expect(error.faults).toHaveLength(2)
    expect(JSON.stringify(error.faults)).not.toContain('canary')
  })
})

describe('F41: what is wrong is named, with exit code 5', () => {
  test('every fault at once', () => {
    const error = failure({
      env: { COINGEKO_API_KEY: 'x', STORAGE: 'mongo', COINGECKO_RATE: 'ten', ALLIUM_API_KEY: '' },
      envFile: 'nonsense\nLOG_LEVEL=loud\n',
    })
    expect(error.code).toBe('CONFIG_INVALID')
    expect(error.exitCode).toBe(5)
    expect(error.faults).toHaveLength(6)
  })

  test.each([
    ['COINGEKO_API_KEY', 'did you mean COINGECKO_API_KEY?'],
    ['COINGECKO_APIKEY', 'did you mean COINGECKO_API_KEY?'],
    ['COINGECKO_KEY_API', null],
    ['coingecko_api_key', 'did you mean COINGECKO_API_KEY?'],
    ['COINGECKO_API_KEY_FIEL', 'did you mean COINGECKO_API_KEY_FILE?'],
    ['ALIUM_API_KEY', 'did you mean ALLIUM_API_KEY?'],
    ['TIDEMARK_DATADIR', 'did you mean TIDEMARK_DATA_DIR?'],
    ['TIDEMARK_PROTFOILO', 'did you mean TIDEMARK_PORTFOLIO?'],
    ['TIDEMARK_ANYTHING', 'use one of TIDEMARK_DATA_DIR'],
  ])('%s in the environment', (name, meant) => {
    if (meant === null) expect(() => load({ env: { [name]: 'x' } })).not.toThrow()
    else expect(faults({ env: { [name]: 'x' } })).toEqual([expect.stringContaining(meant)])
  })

  test("other programs' variables are left alone, in .env less than in the environment", () => {
    const foreign = { LOGLEVEL: 'x', STORAGES: 'x', PATH: '/bin', COINGECKO_PRO_API_KEY: 'x', TIDE: 'x' }
    expect(() => load({ env: foreign })).not.toThrow()
    expect(() => load({ env: { TIDEMARK_TEST_REDIS_URL: 'x', TIDEMARK_SERVERS_DIR: '/x' } })).not.toThrow()
    expect(faults({ envFile: 'LOGLEVEL=x' })[0]).toContain('LOG_LEVEL')
    expect(faults({ envFile: 'COINGECKO_PRO_API_KEY=x' })[0]).toContain('COINGECKO_API_KEY')
    expect(() =>
      load({ envFile: 'COMPOSE_PROJECT_NAME=x\nexport TZ=UTC\n# x\n\nA="1\n2"\r\n' }),
    ).not.toThrow()
  })

  const wrong: [string, string, string][] = [
    ['STORAGE', 'mongodb', 'MONGODB_URI is not set'],
    ['STORAGE', 'sqlite', 'embedded, mongodb, mongodb+influxdb'],
    ['MONGODB_URI', 'mongo.example:27017', 'mongodb://host:27017/tidemark'],
    ['MONGODB_URI', 'postgres://h/db', 'mongodb: or mongodb+srv:'],
    ['REDIS_URL', 'http://h', 'redis: or rediss:'],
    ['INFLUX_URL', 'influx:8086', 'http: or https:'],
    ['INFLUX_ORG', 'a\u0001b', 'no name'],
    ['INFLUX_TOKEN', 'two words', 'copy it again'],
    ['COINGECKO_PLAN', 'Pro', 'public, demo, pro'],
    ['COINGECKO_RATE', '0', '1 to 10000'],
    ['COINGECKO_RATE', '-5', 'whole number'],
    ['COINGECKO_RATE', '5.5', 'whole number'],
    ['COINGECKO_MONTH_CREDITS', 'lots', 'none for no limit'],
    ['COINGECKO_BASE_URL', 'api.coingecko.com', 'https://'],
    ['COINGECKO_BASE_URL', 'file:///etc/passwd', 'http: or https:'],
    ['COINGECKO_BASE_URL', 'https://h/?key=1', 'query'],
    ['PRICE_SOURCES', 'coingecko,cmc', 'coingecko, allium, coinmarketcap, backed, defillama, manual'],
    ['PRICE_SOURCES', 'manual,manual', 'twice'],
    ['DISPUTE_PERCENT', 'stable=0', 'in per cent above 0'],
    ['DISPUTE_PERCENT', 'other=5=6', 'in per cent above 0'],
    ['DISPUTE_PERCENT', 'No Asset=5', 'use stable, other or an asset id'],
    ['CMC_HISTORY_DAYS', '-1', 'whole number'],
    ['CARRY_HOURS', 'crypto', 'crypto=3,stock=96'],
    ['CARRY_HOURS', 'crypto=-1', 'crypto=3,stock=96'],
    ['CARRY_HOURS', 'cry pto=1', 'asset id'],
    ['CONVERT_THROUGH', 'bit coin', 'CoinGecko id'],
    ['BASE_CURRENCY', 'dollar', 'ISO code'],
    ['SCHEDULE_CRON', '61 * * * *', 'minute hour day'],
    ['SCHEDULE_CRON', 'hourly please', 'minute hour day'],
    ['LOG_LEVEL', 'loud', 'trace'],
    ['RETRY_AFTER_CAP', '1h', 'whole number'],
    ['COINGECKO_API_KEY', 'two words', 'copy it again'],
    ['LOG_LEVEL', '', 'empty'],
  ]
  test.each(wrong)('%s=%s', (name, value, remedy) => {
    const found = faults({ env: { [name]: value } })
    expect(found[0]).toContain(name)
    expect(found[0]).toContain(remedy)
  })

  test('the flag is named where the value came by one', () => {
    expect(faults({ flags: { SCHEDULE_CRON: 'x' } })[0]).toMatch(/^--cron /)
  })

  test('A27: fifty thousand characters in any setting are a short fault', () => {
    const long = ['a', '1', ',', '=', '* ', 'a=1,', 'http://a', '\u0000', '"'].map((unit) =>
      unit.repeat(50_000).slice(0, 50_000),
    )
    for (const name of SETTING_NAMES) {
      for (const value of long) {
        const env = {
          [name]: value,
          COINGECKO_PLAN: 'public',
          ...(name === 'COINGECKO_PLAN' && { [name]: value }),
        }
        for (const fault of faults({ env })) expect(fault.length).toBeLessThan(400)
      }
    }
    for (const unit of ['"', "='", '=', 'a\n']) {
      expect(faults({ envFile: unit.repeat(30_000) }).length).toBeGreaterThan(0)
    }
    expect(() => load({ envFile: 'a="'.repeat(30_000) })).not.toThrow()
  })
})

test('values that are printed read as themselves', () => {
  const env = {
    CARRY_HOURS: 'crypto=4,constructor=7',
    PRICE_SOURCES: 'manual,allium',
    SCHEDULE_CRON: '*/15 * * * 1-5',
    COINGECKO_MONTH_CREDITS: 'none',
    BASE_CURRENCY: 'CHF',
  }
  const printed = (input: Record<string, string>) =>
    Object.fromEntries(
      describeConfig(load({ env: input })).flatMap(({ name, value }) =>
        value === null || SETTINGS[name as keyof typeof SETTINGS].secret ? [] : [[name, value]],
      ),
    ) as Record<string, string>
  const once = printed(env)
  expect(once['CARRY_HOURS']).toBe('crypto=4,stock=96,fiat=3,constructor=7')
  expect(printed(once)).toEqual(once)
  expect(load({ env }).carryHoursByAsset['constructor']).toBe(7)
  expect(load().carryHoursByAsset['constructor']).toBeUndefined()
})
