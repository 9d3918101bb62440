import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checksumAddress } from '#core/address.ts'
import type { AssetId } from '#core/asset.ts'
import { hourOf } from '#core/hour.ts'
import type { Hex } from '#ingestion/evm/types.ts'
import { openStore } from '#storage/open.ts'
import { build, documentOf, scratch, tidemark, type Ended } from '../../scripts/support.ts'
import { describeChain, installMulticall3, startAnvil, type Anvil } from '../support/anvil.ts'
import { CODES, numbered } from './codes.ts'
import { storePrices } from './prices.ts'

const ALICE = numbered(0xa11ce, 'aa')
const KEY = 'k3y7Kx2mQ9vTz4LwP8s'
const USDC: Hex = '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48'
const FAKE = numbered(0xfa, 'fa')

/** Answers `symbol()` with a symbol, `decimals()` with 6, and anything else with 5,000,000. */
function coin(symbol: string): Hex {
  const bytes = Buffer.from(symbol).toString('hex').padEnd(64, '0')
  const selector = '5f3560e01c'
  const branch = (id: string, to: string) => `8063${id}1461${to}57`
  const answer = (value: string) => `5b7f${value}5f5260205ff3`
  const number = (value: bigint) => value.toString(16).padStart(64, '0')
  // Answers are 40 bytes each, the branches 11 each.
  const head = 5 + 2 * 11
  const at = (place: number) => (head + place * 40).toString(16).padStart(4, '0')
  const other = answer(number(5_000_000n))
  return `0x${selector}${branch('95d89b41', at(1))}${branch('313ce567', at(2))}${other}${answer(bytes)}${answer(number(6n))}`
}

describeChain('tidemark balances', () => {
  let nodes: readonly [Anvil, Anvil]
  const place = scratch()
  beforeAll(async () => {
    build()
    nodes = await Promise.all([startAnvil({ chainId: 1 }), startAnvil({ chainId: 8453 })])
    for (const node of nodes) {
      await installMulticall3(node)
      await node.rpc('anvil_setBalance', [ALICE, '0x1bc16d674ec80000'])
      await node.rpc('evm_mine')
    }
    const [one] = nodes
    await one.rpc('evm_mine')
    await one.rpc('anvil_setCode', [USDC, coin('USDC')])
    await one.rpc('anvil_setCode', [FAKE, coin('USDC')])
    await one.rpc('anvil_setCode', [numbered(0xbad), CODES.reverts])
    await one.rpc('evm_mine')
    writeFileSync(
      join(place.dir, 'portfolio.yaml'),
      `name: main\nwallets: [{ address: "${checksumAddress(ALICE)}", label: hot, chains: [ethereum, base] }]\n`,
    )
    await run(['init'])
    const store = await openStore({ kind: 'embedded', file: join(place.dir, 'data/tidemark.db') })
    await storePrices(store, hourOf(Date.now()), { ethereum: 2000, 'usd-coin': 1 })
    // So that a run which begins before the hour and ends after it has prices.
    await storePrices(store, hourOf(Date.now() + 3_600_000), { ethereum: 2000, 'usd-coin': 1 })
    await store.writeBalances([
      {
        ...{ owner: 'local', wallet: ALICE, chain: 'ethereum', asset: `eip155:1/erc20:${FAKE}` as AssetId },
        ...{ time: 1, quantity: '1', source: 'test' },
      },
    ])
    await store.close()
  }, 120_000)
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.stop()))
    place.remove()
  })

  const urls = () => ({
    RPC_URL_1: nodes[0].url,
    RPC_URL_8453: nodes[1].url,
  })
  const run = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
    tidemark(args, { cwd: place.dir, env: { PUBLIC_RPC: 'off', ...env } })

  test('reads the wallets of the portfolio, values them, and keeps suspects apart', async () => {
    const ended = await run(['balances', '--json'], urls())
    expect([ended.code, ended.stderr]).toEqual([0, ''])
    const { balances, suspects, total, chains } = documentOf(ended) as Record<string, never[]>
    expect(balances).toMatchObject([
      { chain: 'base', contract: 'native', quantity: '2', value: '4000', quality: 'ok', reason: null },
      {
        chain: 'ethereum',
        contract: 'native',
        asset: 'ethereum',
        exposure: 'ethereum',
        quantity: '2',
        value: '4000',
      },
      { chain: 'ethereum', contract: USDC, asset: 'usd-coin', quantity: '5', mark: '1', value: '5' },
    ])
    expect(suspects).toMatchObject([{ contract: FAKE, symbol: 'USDC', standing: 'suspect', value: null }])
    expect(total).toMatchObject({ value: '8005', quality: 'ok', coverage: 1, ageSeconds: null })
    expect(chains).toMatchObject([
      { chain: 'base', error: null },
      { chain: 'ethereum', error: null },
    ])
    const text = await run(['balances'], urls())
    expect(text.stdout).toMatch(/hot +ethereum +USDC +usd-coin +5 +1\.00 +5\.00 +ok/)
    expect(text.stdout).toMatch(/Total 8,005\.00 USD/)
    expect(text.stdout).toContain('Not valued')
  })

  test('a token counts once it is confirmed, and is gone once it is hidden', async () => {
    const id = `eip155:1/erc20:${FAKE}`
    const list = await run(['tokens', 'list', '--standing', 'suspect'])
    expect(list.stdout).toContain(id)
    const confirmed = await run(['tokens', 'confirm', id, '--why', 'asked the issuer'])
    expect([confirmed.code, confirmed.stdout]).toEqual([0, `USDC (${FAKE}) on ethereum is confirmed\n`])
    const first = documentOf(await run(['balances', '--json'], urls())) as Record<string, unknown[]>
    expect([first['balances']?.length, first['suspects']]).toEqual([4, []])
    expect((await run(['tokens', 'hide', FAKE, '--chain', 'ethereum'])).code).toBe(0)
    const second = documentOf(await run(['balances', '--json'], urls())) as Record<string, unknown[]>
    expect([second['balances']?.length, second['suspects']]).toEqual([3, []])
  })

  test('a chain without an answer is carried, the total stands, and no key is printed', async () => {
    const dead = { ...urls(), RPC_URL_8453: `http://127.0.0.1:9/v2/${KEY}` }
    const ended = await run(['balances', '--json'], dead)
    expect(ended.code).toBe(0)
    const { balances, total } = documentOf(ended) as Record<string, unknown[]>
    expect(balances?.[0]).toMatchObject({ chain: 'base', quantity: '2', value: '4000', quality: 'carried' })
    expect(total).toMatchObject({ value: '8005', quality: 'carried' })
    const text = await run(['balances'], dead)
    expect(text.stdout).toContain('base: not read (No endpoint of base answers ')
    for (const { stdout, stderr } of [ended, text]) expect(stdout + stderr).not.toContain(KEY)
  }, 60_000)

  test('at a block of one chain; elsewhere a block is refused', async () => {
    const at = ['balances', '--chain', 'ethereum', '--at', '1', '--json']
    const { balances } = documentOf(await run(at, urls())) as Record<string, unknown[]>
    expect(balances).toMatchObject([{ contract: 'native', quantity: '2' }])
    expect((await run(['balances', '--at', '1'], urls())).code).toBe(2)
    const beyond = await run(['balances', '--chain', 'ethereum', '--at', '123456789'], urls())
    expect([beyond.code, beyond.stderr]).toEqual([
      2,
      expect.stringContaining('Block 123456789 of ethereum is not there yet: the newest is '),
    ])
  })

  test('what cannot be asked for ends with the code that says so', async () => {
    const code = async (...args: string[]) => (await run(['balances', ...args], urls())).code
    expect(await code('--wallet', '0x12')).toBe(2)
    expect(await code('--wallet', numbered(77))).toBe(2)
    expect(await code('--chain', 'nowhere')).toBe(2)
    expect((await run(['balances', '--chain', 'optimism'], urls())).code).toBe(5)
    expect((await run(['tokens', 'hide', FAKE])).code).toBe(2)
  })
})
