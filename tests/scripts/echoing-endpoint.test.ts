import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkSecretFiles } from '#scripts/commands/doctor/local.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { everyOutput } from './support.ts'
import { World } from './world.ts'

const world = new World()
const WALLET = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
const PORTFOLIO = `name: main\nbaseCurrency: usd\nwallets:\n  - { address: "${WALLET}", chains: [ethereum] }\n`
const KEY = 'qu1etKey'
const PASSWORD = 'SeCrEt'
const BASIC = Buffer.from(`user:${PASSWORD}`).toString('base64')
/** Refuses everybody, repeating the key of the path and the header of whoever asks. */
let host: Server

beforeAll(async () => {
  host = createServer((request, response) => {
    const message = `invalid API key ${request.url?.split('/').at(-1)}, sent with ${request.headers.authorization}`
    response.writeHead(401, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32000, message } }))
  })
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
  await world.start()
}, 180_000)
afterAll(async () => {
  await new Promise((resolve) => host.close(resolve))
  await world.stop()
})

describe('an endpoint that refuses its key and repeats it', () => {
  const env = () => ({
    RPC_URL_1: `http://user:${PASSWORD}@127.0.0.1:${(host.address() as AddressInfo).port}/c/${KEY}`,
  })

  test('is named with its chain by a dry run, and in no output or file with the key', async () => {
    const { run, cwd } = world.place('echo')
    writeFileSync(join(cwd, 'portfolio.yaml'), PORTFOLIO)
    const dry = await run(['ingest', '--dry-run', '--days', '1'], { env: env() })
    expect(dry.code).toBe(4)
    expect(dry.stdout).toMatch(/✗ ethereum: .*invalid API key \*\*\*, sent with Basic \*\*\*/)
    expect(dry.stdout).toMatch(/→ .*RPC_URL_1/)
    expect(dry.stdout.trimEnd()).toMatch(/Nothing was written\.$/)
    const read = await run(['ingest', '--json', '--days', '1', '--debug'], { env: env() })
    expect(read.stdout).toContain('invalid API key ***')
    const doctor = await run(['doctor', '--json'], { env: env() })
    expect(doctor.stdout).toContain('invalid API key ***')

    const files = readdirSync(join(cwd, 'data'), { recursive: true, withFileTypes: true })
    expect(files.map(({ name }) => name)).toContain('tidemark.db')
    const written = files
      .filter((file) => file.isFile())
      .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
    for (const secret of [KEY, PASSWORD, BASIC])
      for (const text of [...everyOutput(), ...written]) expect(text.includes(secret), secret).toBe(false)
  }, 120_000)
})

describe('Secrets private', () => {
  const NAMES = [
    'RPC_URL_1',
    'RPC_URL_42161',
    'ETH_RPC_URL',
    'SEPOLIA_RPC_URL',
    'AUTH_SECRET',
    'INFLUX_TOKEN',
  ]

  test.each(NAMES)('%s in .env, or in a file of its own, is a secret', (name) => {
    const cwd = temporaryFolder()
    const own = join(cwd, 'own')
    const state = (env: Record<string, string>) => checkSecretFiles(env, cwd).map((found) => found.state)
    writeFileSync(own, 'https://h/key', { mode: 0o644 })
    expect(state({ [`${name}_FILE`]: own })).toEqual(['fail'])
    writeFileSync(join(cwd, '.env'), `${name}=https://h/key\n`, { mode: 0o644 })
    expect(state({})).toEqual(['fail'])
  })

  test('a file without one may be read by everybody', () => {
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, '.env'), 'PUBLIC_RPC=off\nRPC_RATE=5\n', { mode: 0o644 })
    expect(checkSecretFiles({}, cwd).map((found) => found.state)).toEqual(['ok'])
  })
})
