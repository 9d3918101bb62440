import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { AssetId, Quote } from '#core/asset.ts'
import { TidemarkError } from '#core/errors.ts'
import { hourOf } from '#core/hour.ts'
import { chainReader, type AtBlock } from '#ingestion/evm/balances/chain-reader.ts'
import { evmChain } from '#ingestion/evm/chains/chains.ts'
import { tokenBook } from '#ingestion/evm/tokens/book.ts'
import type { EvmChain, Hex } from '#ingestion/evm/types.ts'
import { balancesDocument } from '#delivery/balances-json.ts'
import { balancesText } from '#delivery/balances-table.ts'
import { walletBalances, type BalanceAsk, type BalanceReport } from '#pipeline/chain/balances.ts'
import { decideToken, storedTokens } from '#pipeline/chain/known-tokens.ts'
import { storedTimes } from '#pipeline/chain/known-blocks.ts'
import type { Store } from '#pipeline/ports.ts'
import { openStore } from '#storage/open.ts'
import { describeChain, installMulticall3, MULTICALL3, startAnvil, type Anvil } from '../support/anvil.ts'
import { Stage } from '../support/deploy.ts'
import { storePrices } from './prices.ts'
import { CODES, numbered } from './codes.ts'
import { NEVER, plainRpc } from './plain-rpc.ts'

const USDC: Hex = '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48'
const WETH: Hex = '0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2'
const [ALICE, BOB] = [numbered(0xa11ce, 'aa'), numbered(0xb0b, 'aa')] as const
const ETHER = 10n ** 18n
const hex = (value: bigint): Hex => `0x${value.toString(16)}`

describeChain('balances of wallets', () => {
  const chains = ['ethereum', 'base'].map((name): EvmChain => ({
    ...evmChain(name),
    multicall: { address: MULTICALL3, block: 0 },
  })) as [EvmChain, EvmChain]
  const [ethereum] = chains
  let nodes: Record<string, Anvil>
  let fake: Hex
  let unpriced: Hex
  beforeAll(async () => {
    const [one, two] = await Promise.all([startAnvil({ chainId: 1 }), startAnvil({ chainId: 8453 })])
    nodes = { ethereum: one, base: two }
    for (const node of [one, two]) {
      await installMulticall3(node)
      await node.rpc('anvil_setBalance', [ALICE, hex(2n * ETHER)])
      await node.rpc('anvil_setBalance', [BOB, hex(ETHER / 2n)])
      await node.rpc('evm_mine')
    }
    const stage = await Stage.on(one)
    const coin = async (
      name: string,
      symbol: string,
      decimals: number,
      to: Hex,
      amount: bigint,
      at?: Hex,
    ) => {
      const made = at
        ? await stage.place('Coin', [name, symbol, decimals], at)
        : await stage.deploy('Coin', [name, symbol, decimals])
      const data =
        `0x40c10f19${to.slice(2).padStart(64, '0')}${amount.toString(16).padStart(64, '0')}` as const
      await stage.send({ from: stage.faucet, to: made.address, data })
      return made.address.toLowerCase() as Hex
    }
    await coin('USD Coin', 'USDC', 6, ALICE, 1_500_000_000n, USDC)
    fake = await coin('USD Coin', 'U\u0405DC', 6, ALICE, 9_000_000_000n)
    unpriced = await coin('Nobody', 'NOBO', 18, ALICE, 7n * ETHER)
  }, 120_000)
  afterAll(() => Promise.all(Object.values(nodes).map((node) => node.stop())))

  let store: Store
  beforeEach(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-balances-'))
    store = await openStore({ kind: 'embedded', file: join(folder, 't.db'), create: true })
    return async () => {
      await store.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })

  const now = () => Date.now()
  const dead = new Set<string>()
  async function ask(more: Partial<BalanceAsk> = {}): Promise<BalanceReport> {
    const asked: BalanceAsk = {
      ...{
        owner: 'local',
        at: 'latest',
        quote: 'usd' as Quote,
        now: now(),
        all: false,
        persist: true,
      },
      wallets: [
        { address: ALICE, chains },
        { address: BOB, chains: [ethereum] },
      ],
      ...more,
    }
    const open = async (chain: EvmChain) => {
      if (dead.has(chain.name))
        throw new TidemarkError('PROVIDER_UNAVAILABLE', { message: `${chain.name} is away.`, fix: 'Wait.' })
      const rpc = plainRpc((nodes[chain.name] as Anvil).url, { chain })
      const listed = (await store.tokens({ chain: chain.caip2 })).tokens
      const tokens = tokenBook({ rpc, listed, store: storedTokens(store, 'local', chain), now })
      return chainReader(rpc, tokens, storedTimes(store, chain))
    }
    const settings = {
      sources: ['coingecko'],
      carryHours: { crypto: 3, stock: 96, fiat: 3 },
      through: 'bitcoin' as AssetId,
    }
    return walletBalances({ store, open }, asked, settings, NEVER)
  }
  const rowsOf = ({ balances }: BalanceReport) =>
    balances.map(({ chain, wallet, asset, quantity, value, quality }) => [
      ...[chain, wallet === ALICE ? 'alice' : 'bob', asset, quantity, value, quality],
    ])
  const know = (contracts: readonly Hex[]) =>
    Promise.all(
      contracts.map((contract) =>
        store.writeBalances([
          {
            ...{
              owner: 'local',
              wallet: ALICE,
              chain: 'ethereum',
              asset: `eip155:1/erc20:${contract}` as AssetId,
            },
            ...{ time: 1, quantity: '1', source: 'test' },
          },
        ]),
      ),
    )

  test('are valued at the hour, with what has no price told apart from what is missing', async () => {
    await storePrices(store, hourOf(now()), { ethereum: 2000, 'usd-coin': 1 })
    await know([unpriced])
    const report = await ask()
    expect(rowsOf(report)).toEqual([
      ['base', 'alice', 'ethereum', '2', 4000, 'ok'],
      ['ethereum', 'alice', 'ethereum', '2', 4000, 'ok'],
      ['ethereum', 'alice', 'usd-coin', '1500', 1500, 'ok'],
      ['ethereum', 'alice', `eip155:1/erc20:${unpriced}`, '7', null, 'missing'],
      ['ethereum', 'bob', 'ethereum', '0.5', 1000, 'ok'],
    ])
    expect(report.total).toEqual({
      value: 10_500,
      quality: 'ok',
      coverage: 1,
      coverageByCount: 0.8,
      age: null,
    })
    expect(report.balances[3]).toMatchObject({ standing: 'unpriced', reason: null })
  })

  test('a token without a price at the hour counts at its last known mark, and lowers the coverage', async () => {
    await storePrices(store, hourOf(now() - 30 * 3_600_000), { 'usd-coin': 1.01 })
    await storePrices(store, hourOf(now()), { ethereum: 2000 })
    const report = await ask()
    expect(rowsOf(report)[2]).toEqual(['ethereum', 'alice', 'usd-coin', '1500', null, 'missing'])
    expect(report.total.value).toBeCloseTo(9000 + 1515, 9)
    expect(report.total.coverage).toBeCloseTo(9000 / 10_515, 12)
  })

  test('a token that wears a known symbol stands apart and is in no total until it is confirmed', async () => {
    await storePrices(store, hourOf(now()), { ethereum: 2000, 'usd-coin': 1 })
    const plain = await ask()
    await know([fake])
    const report = await ask()
    expect(report.suspects).toMatchObject([{ contract: fake, symbol: 'U?DC', quantity: '9000', value: null }])
    expect([report.total, rowsOf(report)]).toEqual([plain.total, rowsOf(plain)])
    await storePrices(store, hourOf(now()), { [`eip155:1/erc20:${fake}`]: 0.5 })
    expect((await ask()).total).toEqual(plain.total)
    const decided = { at: 0, who: 'me', why: '' }
    await decideToken(
      store,
      'local',
      { chain: ethereum, contract: fake },
      { decision: 'confirmed', ...decided },
    )
    const confirmed = await ask()
    expect(confirmed.suspects).toEqual([])
    expect(confirmed.total.value).toBe((plain.total.value ?? 0) + 4500)
    await decideToken(store, 'local', { chain: ethereum, contract: fake }, { decision: 'hidden', ...decided })
    const hidden = await ask()
    expect([hidden.total, hidden.suspects, rowsOf(hidden)]).toEqual([plain.total, [], rowsOf(plain)])
  })

  test('a chain that does not answer keeps its balances, and the total does not fall', async () => {
    await storePrices(store, hourOf(now()), { ethereum: 2000, 'usd-coin': 1 })
    const live = await ask()
    dead.add('base')
    try {
      const later = now() + 600_000
      const report = await ask({ now: later })
      expect(report.total.value).toBe(live.total.value)
      expect(report.total).toMatchObject({ quality: 'carried', coverage: 1 })
      const [row] = report.balances
      expect(row).toMatchObject({ chain: 'base', quantity: '2', value: 4000, quality: 'carried' })
      expect(row?.age).toBeGreaterThanOrEqual(590_000)
      expect(report.chains[0]).toMatchObject({ chain: 'base', block: null, carried: 1, unread: 0 })
      expect(report.chains[0]?.error?.message).toBe('base is away.')
      const text = balancesText(report, { width: null, colour: false, labelOf: () => null })
      expect(text).toMatch(/carried, \d+ min old/)
      expect(text).toContain('base: not read (base is away.): 1 wallet as last read')
      expect(JSON.stringify(balancesDocument(report))).toContain('"code":"PROVIDER_UNAVAILABLE"')
    } finally {
      dead.clear()
    }
  })

  test('where only ingest had read it, its stored balances stand in', async () => {
    await storePrices(store, hourOf(now()), { ethereum: 2000, 'usd-coin': 1 })
    const base = { owner: 'local', wallet: ALICE, chain: 'base', source: 'rpc:base' }
    await store.writeBalances([
      { ...base, asset: 'ethereum' as AssetId, time: now() - 7_200_000, quantity: '9' },
      { ...base, asset: 'ethereum' as AssetId, time: now() - 3_600_000, quantity: '3.5' },
      { ...base, asset: 'ethereum' as AssetId, time: now() + 3_600_000, quantity: '100' },
    ])
    dead.add('base')
    try {
      const [row] = (await ask()).balances
      expect(row).toMatchObject({
        chain: 'base',
        contract: 'native',
        quantity: '3.5',
        value: 7000,
        quality: 'carried',
      })
      const alone = ask({ wallets: [{ address: BOB, chains: [evmChain('base')] }] })
      await expect(alone).rejects.toThrow('base is away.')
    } finally {
      dead.clear()
    }
  })

  test('at a block or time they are those of then', async () => {
    const node = nodes['ethereum'] as Anvil
    const before = await plainRpc(node.url).block('latest', NEVER)
    await node.rpc('anvil_mine', ['0x2', '0xe10'])
    await node.rpc('anvil_setBalance', [BOB, hex(5n * ETHER)])
    await node.rpc('anvil_mine', ['0x2', '0xe10'])
    const bob = [{ address: BOB, chains: [ethereum] }]
    const quantity = async (at: AtBlock) => {
      const { balances } = await ask({ wallets: bob, at, now: before.time + 100_000_000 })
      return balances[0]?.quantity ?? null
    }
    expect(await quantity('latest')).toBe('5')
    expect(await quantity({ block: before.number })).toBe('0.5')
    expect(await quantity({ time: before.time + 1_000 })).toBe('0.5')
    expect(await quantity({ time: before.time + 4 * 3_600_000 })).toBe('5')
    const early = await ask({ wallets: bob, at: { time: 1_000_000_000_000 } })
    expect([early.balances, early.chains[0]?.block, early.total.value]).toEqual([[], null, 0])
  })

  test('a balance that cannot be read is missing with its reason, and zeros are left out unless asked for', async () => {
    const node = nodes['ethereum'] as Anvil
    const [broken, empty] = [numbered(1, 'bb'), numbered(2, 'bb')]
    await node.rpc('anvil_setCode', [broken, CODES.reverts])
    await node.rpc('anvil_setCode', [empty, CODES.answers(0n)])
    await node.rpc('evm_mine')
    await know([broken, empty])
    const contracts = async (all: boolean) => (await ask({ all })).balances.map(({ contract }) => contract)
    expect(await contracts(false)).toContain(broken)
    expect(await contracts(false)).not.toContain(empty)
    expect(await contracts(true)).toContain(empty)
    const row = (await ask()).balances.find(({ contract }) => contract === broken)
    expect(row).toMatchObject({ quantity: null, amount: null, value: null, quality: 'missing' })
    expect(row?.reason).toMatch(/refuses/)
    // Nobody is known to hold WETH, and on this chain it does not even exist.
    expect(await contracts(true)).not.toContain(WETH)
  })
})
