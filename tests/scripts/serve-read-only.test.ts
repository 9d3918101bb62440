import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { Accounts } from '#delivery/api/auth/accounts.ts'
import { ApiTokens } from '#delivery/api/auth/api-tokens.ts'
import { Passwords } from '#delivery/api/auth/passwords.ts'
import { openStore } from '#storage/open.ts'
import { addHours, hourOf } from '#core/hour.ts'
import type { AssetId } from '#core/asset.ts'
import { UNDETAILED } from '#core/flow.ts'
import { candleRun } from '#tests/bench/years.ts'
import { holdingsOnly } from '#tests/delivery/api/stand.ts'
import { mounted, skipBecause } from '#tests/storage/support/mount.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { BINARY, build } from './support.ts'

const BTC = 'bitcoin' as AssetId
const READS = [
  '/portfolio',
  '/portfolio/dashboard',
  '/portfolio/pnl',
  '/portfolio/history',
  '/portfolio/holdings',
]
const MORE = [
  '/portfolio/lots',
  '/portfolio/flows',
  '/trades',
  '/assets/bitcoin',
  '/prices',
  '/gaps',
  '/export?what=pnl',
]
const PASSWORD = 'seven words that nobody has ever said'
const ADDRESS = '0xd8da6bf26964af9d7eed9e03e53415d37aa96045'

beforeAll(build, 60_000)

/** A store with prices, flows and a token of a program, and nothing computed yet. */
async function filled(data: string): Promise<string> {
  const store = await openStore({ kind: 'embedded', file: join(data, 'tidemark.db'), create: true })
  const now = hourOf(Date.now())
  const prices = Float64Array.from({ length: 24 * 10 }, (_, at) => 100 + (at % 7))
  await store.writePrices([
    { run: candleRun(BTC, addHours(now, 1 - prices.length), prices), suspects: [], gaps: [] },
  ])
  const accounts = new Accounts(store, new Passwords({ logN: 4, r: 1, p: 1 }), Date.now)
  const ada = await accounts.add({ name: 'ada', password: PASSWORD, role: 'admin' }, 'first')
  await store.writePortfolio(holdingsOnly('main', ada.owner))
  await store.importFlows({
    ...{ owner: ada.owner, book: 'portfolio:main', source: 'hand', file: null, mode: 'add', at: now },
    flows: [
      [
        {
          ...UNDETAILED,
          ...{
            id: 'f1',
            owner: ada.owner,
            book: 'portfolio:main',
            source: 'hand',
            time: addHours(now, -100),
          },
          ...{ asset: BTC, quantity: '3', kind: 'buy', unitPrice: '90', wallet: 'kraken', tx: 'f1' },
        },
      ],
    ],
  })
  const { text } = await new ApiTokens(store, Date.now).add(ada, { label: 'x', scope: 'admin', days: null })
  await store.close()
  return text
}

test('F25: over a store that can only be read serve answers what is read, and refuses what changes something in words', async (context) => {
  const cwd = temporaryFolder()
  const data = join(cwd, 'data')
  const token = await filled(data)
  if (mounted(data, ['--bind', data]) === null) skipBecause(context, 'needs a mount that refuses writes')
  execFileSync('mount', ['-o', 'remount,ro,bind', data])
  const before = readdirSync(data)
  const child = spawn(process.execPath, [BINARY, 'serve', '--port', '0'], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: cwd,
      TIDEMARK_DATA_DIR: data,
      AUTH_SECRET: randomBytes(48).toString('base64'),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const end = once(child, 'exit').then(([code]) => code as number | null)
  await Promise.race([expect.poll(() => said, { timeout: 30_000 }).toMatch(/^Log /m), end])
  expect(said).toContain('The store can only be read')
  const [, url = ''] = /^Open +(\S+)$/m.exec(said) ?? []
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  for (const path of [...READS, ...MORE]) {
    const reply = await fetch(`${url}/api/v1${path}`, { headers })
    expect(reply.status, `${path} ${await reply.text()}`).toBe(200)
  }
  const figures = (await (await fetch(`${url}/api/v1/portfolio`, { headers })).json()) as { total: object }
  expect(figures.total).toMatchObject({ value: expect.stringMatching(/^\d/) as string, coverage: 1 })
  const writes: [string, string, string][] = [
    ['POST', '/portfolio/wallets', JSON.stringify({ address: ADDRESS, chains: ['ethereum'] })],
    ['POST', '/session', JSON.stringify({ name: 'ada', password: PASSWORD })],
    ['POST', '/runs', '{}'],
  ]
  for (const [method, path, body] of writes) {
    const reply = await fetch(`${url}/api/v1${path}`, { method, headers, body })
    const problem = (await reply.json()) as Record<string, string>
    expect([reply.status, problem['code']], `${path} ${JSON.stringify(problem)}`).toEqual([
      503,
      'STORE_READ_ONLY',
    ])
    expect(problem['detail'], path).toMatch(/cannot be written|can only be read/)
  }
  child.kill('SIGTERM')
  expect(await end).toBe(143)
  expect(readdirSync(data)).toEqual(before)
}, 60_000)
