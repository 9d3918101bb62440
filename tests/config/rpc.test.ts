import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { TidemarkError } from '#core/errors.ts'
import { describeConfig } from '#config/describe.ts'
import { loadConfig } from '#config/load.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const KEYED = 'https://eth-mainnet.g.alchemy.com/v2/canary0123456789'
const OWN = 'http://127.0.0.1:8545'

type Env = Record<string, string>
const load = (env: Env, envFile: string | null = null) =>
  loadConfig({ env: { HOME: '/home/ann', ...env }, envFile, cwd: '/srv' })
const urls = (env: Env, envFile?: string) => Object.fromEntries(load(env, envFile).rpc.urls)

function faults(env: Env, envFile: string | null = null): readonly string[] {
  try {
    load(env, envFile)
  } catch (error) {
    if (error instanceof TidemarkError) return error.faults
    throw error
  }
  return []
}

test('endpoints are set by chain, several in order of preference', () => {
  expect(load({}).rpc).toEqual({ urls: new Map(), public: true, rate: null })
  expect(urls({ RPC_URL_1: `${KEYED}, ${OWN}`, RPC_URL_8453: OWN })).toEqual({ 1: [KEYED, OWN], 8453: [OWN] })
  expect(load({ PUBLIC_RPC: 'off', RPC_RATE: '5' }).rpc).toMatchObject({ public: false, rate: 5 })
  // A query may hold the key of a host; a slash at the end may be part of the address.
  expect(urls({ RPC_URL_10: 'https://lb.example/ogrpc?network=optimism&dkey=x' })).toEqual({
    10: ['https://lb.example/ogrpc?network=optimism&dkey=x'],
  })
})

test('names of other tools stand in where no RPC_URL of the chain is set, wherever that stands', () => {
  expect(urls({ ETH_RPC_URL: OWN, SEPOLIA_RPC_URL: KEYED })).toEqual({ 1: [OWN], 11155111: [KEYED] })
  expect(urls({ ETH_RPC_URL: OWN }, `RPC_URL_1=${KEYED}`)).toEqual({ 1: [KEYED] })
  expect(urls({ RPC_URL_1: OWN }, `RPC_URL_1=${KEYED}`)).toEqual({ 1: [OWN] })
})

test('come from files too, one a line', () => {
  const file = join(folder, 'rpc')
  writeFileSync(file, `${KEYED}\n${OWN}\n`)
  expect(urls({ RPC_URL_1_FILE: file })).toEqual({ 1: [KEYED, OWN] })
  expect(urls({ ETH_RPC_URL_FILE: file })).toEqual({ 1: [KEYED, OWN] })
  expect(faults({ RPC_URL_1_FILE: file, RPC_URL_1: OWN })[0]).toContain('both set')
  expect(faults({ RPC_URL_1_FILE: join(folder, 'none') })[0]).toContain('does not exist')
})

test('are shown by their hosts alone', () => {
  const env = { RPC_URL_1: `${KEYED},https://ann:canary@h/x?key=canary`, ETH_RPC_URL: KEYED }
  const rows = describeConfig(load(env))
  expect(rows.find(({ name }) => name === 'RPC_URL_1')).toMatchObject({
    value: 'https://eth-mainnet.g.alchemy.com/…,https://h/…',
    origin: 'environment',
  })
  expect(JSON.stringify(rows)).not.toContain('canary')
  const unset = describeConfig(load({})).find(({ name }) => name === 'RPC_URL_<chain id>')
  expect(unset).toMatchObject({ value: null, origin: 'default' })
})

const wrong: readonly (readonly [string, string, string])[] = [
  ['RPC_URL_1', 'mainnet.example/canary', 'https://host/path'],
  ['RPC_URL_1', 'wss://mainnet.example/canary', 'http: or https:'],
  ['RPC_URL_1', `${OWN},wss://mainnet.example/canary`, 'number 2, begins'],
  ['RPC_URL_1', `${KEYED},${KEYED}`, 'twice'],
  ['RPC_URL_1', 'https://h/#canary', 'fragment'],
  ['RPC_URL_1', ' , ', '1 to 20'],
  ['RPC_URL_1', '', 'empty'],
  ['ETH_RPC_URL', 'canary', 'https://host/path'],
  ['RPC_RATE', '0', '1 to 10000'],
  ['PUBLIC_RPC', 'yes', 'on, off'],
]
test.each(wrong)('%s=%s is refused by its name, without a key', (name, value, remedy) => {
  const [fault = '', ...more] = faults({ [name]: value })
  expect(more).toEqual([])
  expect(fault).toContain(name)
  expect(fault).toContain(remedy)
  expect(fault).not.toContain('canary')
})

test('a chain by name in .env is a fault; in the environment it is another program’s', () => {
  expect(faults({}, `RPC_URL_ETHEREUM=${OWN}`)[0]).toContain('RPC_URL_1')
  expect(faults({}, `RPC_URL=${OWN}`)[0]).toContain('RPC_URL_1')
  expect(faults({}, 'PUBLIC_RCP=off')[0]).toContain('did you mean PUBLIC_RPC?')
  expect(faults({ RPC_URL_ETHEREUM: OWN, RPC_URL: OWN })).toEqual([])
})
