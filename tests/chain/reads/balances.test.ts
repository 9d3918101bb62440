import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TidemarkError } from '#core/errors.ts'
import { balanceReader } from '#ingestion/evm/balances/balances.ts'
import { evmChain } from '#ingestion/evm/chains/chains.ts'
import type { BalanceRead, ChainRpc, Hex } from '#ingestion/evm/types.ts'
import { testSeed } from '../../support/random.ts'
import { describeChain, installMulticall3, MULTICALL3, startAnvil, type Anvil } from '../support/anvil.ts'
import { CODES, numbered } from './codes.ts'
import { NEVER, plainRpc } from './plain-rpc.ts'

const seed = testSeed(72)
const WALLETS = [numbered(0xa11ce, 'aa'), numbered(0xb0b, 'aa'), numbered(0xca201, 'aa')]
const TOKENS = Array.from({ length: 700 }, (_, at) => numbered(at))
const heldOf = (wallet: Hex, token: Hex): bigint => (BigInt(wallet) + BigInt(token)) % 2n ** 256n
const ETHEREUM = { ...evmChain('ethereum'), multicall: { address: MULTICALL3, block: 0 } }

const BAD: Record<string, { code: Hex | null; reason: RegExp }> = {
  nothing: { code: null, reason: /no contract/ },
  empty: { code: CODES.zeros(0), reason: /answers nothing/ },
  short: { code: CODES.zeros(31), reason: /answers 31 bytes/ },
  long: { code: CODES.zeros(10_240), reason: /answers 10240 bytes/ },
  bomb: { code: CODES.zeros(3_000_000), reason: /answers 3000000 bytes|cannot be read/ },
  endless: { code: CODES.zeros(0xffffffff), reason: /refuses|cannot be read/ },
  reverts: { code: CODES.reverts, reason: /refuses/ },
  invalid: { code: CODES.invalid, reason: /refuses|cannot be read/ },
  loops: { code: CODES.loops, reason: /refuses|cannot be read/ },
}
const BAD_TOKENS = Object.keys(BAD).map((_, at) => numbered(at, 'ba'))

describeChain('balances', () => {
  let node: Anvil
  beforeAll(async () => {
    node = await startAnvil({ chainId: 1 })
    await installMulticall3(node)
    const codes = [
      ...TOKENS.map((token) => [token, CODES.holds(BigInt(token))] as const),
      ...Object.values(BAD).map(({ code }, at) => [BAD_TOKENS[at] as Hex, code ?? '0x'] as const),
    ]
    await Promise.all(codes.map((params) => node.rpc('anvil_setCode', params)))
    await Promise.all(
      WALLETS.map((wallet, at) => node.rpc('anvil_setBalance', [wallet, `0x${(at + 1).toString(16)}`])),
    )
    await node.rpc('evm_mine')
  }, 60_000)
  afterAll(() => node.stop())

  async function read(
    rpc: ChainRpc,
    wallets: readonly { wallet: Hex; tokens: readonly Hex[] }[],
  ): Promise<readonly BalanceRead[]> {
    const block = await rpc.block('latest', NEVER)
    const snapshot = await balanceReader(rpc).at(block, wallets, NEVER)
    expect(snapshot.block).toEqual(block)
    return snapshot.balances
  }
  const [one] = WALLETS as [Hex]

  test('of one wallet with 500 tokens come in one call of a contract', async () => {
    const rpc = plainRpc(node.url, { chain: ETHEREUM })
    await rpc.block('latest', NEVER)
    const before = rpc.calls
    const tokens = TOKENS.slice(0, 500)
    const balances = await read(rpc, [{ wallet: one, tokens }])
    expect(rpc.calls - before).toBe(2) // the block, and all of the balances
    expect(balances).toEqual([
      { wallet: one, contract: 'native', amount: 1n, reason: null },
      ...tokens.map((contract) => ({ wallet: one, contract, amount: heldOf(one, contract), reason: null })),
    ])
  })

  test('of many wallets come together, in the order asked for', async () => {
    const rpc = plainRpc(node.url, { chain: ETHEREUM })
    const balances = await read(
      rpc,
      WALLETS.map((wallet) => ({ wallet, tokens: TOKENS.slice(0, 200) })),
    )
    expect(rpc.requests).toBe(3)
    expect(balances).toHaveLength(603)
    expect(balances[402]).toEqual({ wallet: WALLETS[2], contract: 'native', amount: 3n, reason: null })
    expect(balances[403]?.amount).toBe(heldOf(WALLETS[2] as Hex, TOKENS[0] as Hex))
  })

  test.each(Object.entries(BAD).map(([name, { reason }], at) => [name, reason, at] as const))(
    'a token that is bad (%s) costs itself alone, wherever it stands',
    async (_, reason, at) => {
      const bad = BAD_TOKENS[at] as Hex
      for (const place of [0, 250, 499]) {
        const rpc = plainRpc(node.url, { chain: ETHEREUM })
        const tokens = [...TOKENS.slice(0, 499)]
        tokens.splice(place, 0, bad)
        const balances = await read(rpc, [{ wallet: one, tokens }])
        const faulty = balances.filter(({ amount }) => amount === null)
        expect(faulty.map(({ contract }) => contract)).toEqual([bad])
        expect(faulty[0]?.reason).toMatch(reason)
        for (const { contract, amount } of balances)
          if (contract !== 'native' && contract !== bad) expect(amount).toBe(heldOf(one, contract))
        expect(rpc.requests).toBeLessThanOrEqual(14)
        expect(rpc.calls).toBeLessThanOrEqual(60)
      }
    },
    30_000,
  )

  test('a token that is left no gas by the one before it is read all the same', async () => {
    const dear = numbered(1, 'de')
    await node.rpc('anvil_setCode', [dear, CODES.dear])
    await node.rpc('evm_mine')
    const invalid = BAD_TOKENS[Object.keys(BAD).indexOf('invalid')] as Hex
    const tokens = [TOKENS[0] as Hex, invalid, dear]
    const rpc = plainRpc(node.url, { chain: ETHEREUM })
    const amounts = (await read(rpc, [{ wallet: one, tokens }])).map(({ amount }) => amount)
    expect(amounts).toEqual([1n, heldOf(one, TOKENS[0] as Hex), null, 1n])
  })

  test('any mix of tokens is as each read by itself, through Multicall3, batches and single calls', async () => {
    const any = fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...TOKENS) },
      { weight: 1, arbitrary: fc.constantFrom(...BAD_TOKENS) },
    )
    const mix = fc.array(
      fc.record({ wallet: fc.constantFrom(...WALLETS), tokens: fc.array(any, { maxLength: 90 }) }),
      { maxLength: 4 },
    )
    await fc.assert(
      fc.asyncProperty(mix, async (wallets) => {
        const amounts = async (rpc: ChainRpc) =>
          (await read(rpc, wallets)).map(({ wallet, contract, amount }) => [wallet, contract, amount])
        const alone = { ...ETHEREUM, multicall: null }
        const expected = await amounts(plainRpc(node.url, { chain: alone, batch: 40 }))
        expect(await amounts(plainRpc(node.url, { chain: ETHEREUM }))).toEqual(expected)
        expect(await amounts(plainRpc(node.url, { chain: ETHEREUM, mostCharacters: 30_000 }))).toEqual(
          expected,
        )
      }),
      { numRuns: 12, seed },
    )
  }, 60_000)

  test('where Multicall3 is not there yet they come in batches, or one by one', async () => {
    for (const [chain, batch, most] of [
      [{ ...ETHEREUM, multicall: { address: MULTICALL3, block: 1_000_000 } }, 100, 4],
      [{ ...ETHEREUM, multicall: { address: numbered(9, 'ee'), block: 0 } }, 100, 5],
      [{ ...ETHEREUM, multicall: null }, 1, 103],
    ] as const) {
      const rpc = plainRpc(node.url, { chain, batch })
      const balances = await read(rpc, [{ wallet: one, tokens: TOKENS.slice(0, 101) }])
      expect(balances[0]?.amount).toBe(1n)
      expect(balances[101]?.amount).toBe(heldOf(one, TOKENS[100] as Hex))
      expect(rpc.requests).toBeLessThanOrEqual(most)
    }
  })

  test('are those of the block asked for, not of a later one', async () => {
    const rpc = plainRpc(node.url, { chain: ETHEREUM })
    const before = await rpc.block('latest', NEVER)
    const token = TOKENS[3] as Hex
    await node.rpc('evm_mine')
    await node.rpc('anvil_setCode', [token, CODES.answers(7n)])
    await node.rpc('evm_mine')
    const wallets = [{ wallet: one, tokens: [token] }]
    const old = await balanceReader(rpc).at(before, wallets, NEVER)
    expect(old.balances[1]?.amount).toBe(heldOf(one, token))
    expect((await read(rpc, wallets))[1]?.amount).toBe(7n)
    await node.rpc('anvil_setCode', [token, CODES.holds(BigInt(token))])
    await node.rpc('evm_mine')
  })

  test('a node that answers with the newest state in place of an old one is not believed', async () => {
    await node.rpc('anvil_mine', ['0x5', '0xc'])
    const rpc = plainRpc(node.url, { chain: ETHEREUM })
    const old = await rpc.block(1, NEVER)
    const lying: ChainRpc = {
      ...rpc,
      batch: (calls, need, signal) =>
        rpc.batch(
          calls.map(({ method, params }) => ({ method, params: [params[0], 'latest'] })),
          need,
          signal,
        ),
    }
    const asked = balanceReader(lying).at(old, [{ wallet: one, tokens: TOKENS.slice(0, 2) }], NEVER)
    await expect(asked).rejects.toThrow(TidemarkError)
  })
})
