import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readAddress } from '#core/address.ts'
import type { AssetId } from '#core/asset.ts'
import type { Token } from '#core/coin.ts'
import { exposureOf } from '#core/exposure.ts'
import { evmChain } from '#ingestion/evm/chains/chains.ts'
import { tokenBook } from '#ingestion/evm/tokens/book.ts'
import { bundledAddresses } from '#ingestion/evm/tokens/bundled.ts'
import { skeleton } from '#ingestion/evm/tokens/confusables.ts'
import { tokensInMemory } from '#ingestion/evm/tokens/store.ts'
import { cleanSymbol, textOf } from '#ingestion/evm/tokens/symbol.ts'
import type { Hex } from '#ingestion/evm/types.ts'
import { describeChain, installMulticall3, MULTICALL3, startAnvil, type Anvil } from '../support/anvil.ts'
import { Stage } from '../support/deploy.ts'
import { CODES, numbered } from './codes.ts'
import { NEVER, plainRpc } from './plain-rpc.ts'

describe('symbols', () => {
  const abi = (text: string): Hex => {
    const digits = Buffer.from(text).toString('hex')
    const word = (value: number) => value.toString(16).padStart(64, '0')
    return `0x${word(32)}${word(digits.length / 2)}${digits.padEnd(Math.ceil(digits.length / 64) * 64, '0')}`
  }

  test('are strings, or 32 bytes filled with zeros, or none', () => {
    expect(textOf(abi('USDC'))).toBe('USDC')
    expect(textOf(`0x${Buffer.from('MKR').toString('hex').padEnd(64, '0')}`)).toBe('MKR')
    expect(textOf('0x')).toBe(null)
    expect(textOf(`0x${'11'.repeat(31)}`)).toBe(null)
    expect(textOf(`0x${'11'.repeat(96)}`)).toBe(null)
    // A length that reaches beyond the answer.
    const beyond: Hex = `0x${abi('USDC').slice(2, 66)}${'f'.repeat(64)}${'0'.repeat(64)}`
    expect(textOf(beyond)).toBe(null)
  })

  test.each([
    ['USDC', 'USDC'],
    ['  US\u0000D\u001b[31mC\n', 'USD[31mC'],
    ['USD\u202eCDSU', 'USDCDSU'],
    ['US\u200bDC\ufeff', 'USDC'],
    ['<script>alert(1)</script>', 'alert(1)'],
    ['<img src=x onerror=alert(1)', ''],
    ['A&B "C"', 'AB C'],
    ['\uff35\uff33\uff24\uff23', 'USDC'],
    ['U\u0405DC', 'U?DC'],
    ['\u0415\u0422\u041d', '???'],
    ['\u0440\u0443\u0431\u043b\u044c', '\u0440\u0443\u0431\u043b\u044c'],
    ['\u5e01\u5b89', '\u5e01\u5b89'],
    ['USD\u20ae0', 'USD\u20ae0'],
    ['Z\u0301\u0301\u0301\u0301A', '\u0179\u0301A'],
    ['x'.repeat(500), 'x'.repeat(32)],
    ['\u0000\u200b ', ''],
    ['\ud800', ''],
  ])('%j is shown as %j', (text, shown) => {
    expect(cleanSymbol(text)).toBe(shown)
  })

  test.each([
    '\uff35\uff33\uff24\uff23',
    'U\u0405D\u0421',
    'usdc',
    '$USDC',
    'U$DC',
    'U.S.D.C',
    '\u00dcSDC',
    'USDC \u2705',
    '\ud835\udc14\ud835\udc12\ud835\udc03\ud835\udc02',
    '\u054dSDC',
  ])('%j can be taken for USDC', (text) => {
    expect(skeleton(text)).toBe(skeleton('USDC'))
  })

  test('l, I and 1 read alike, O and 0 too; other symbols do not', () => {
    expect(skeleton('LlNK')).toBe(skeleton('LINK'))
    expect(skeleton('link')).toBe(skeleton('LINK'))
    expect(skeleton('WBTC')).not.toBe(skeleton('BTC'))
    expect(skeleton('USDC.e')).not.toBe(skeleton('USDC'))
    expect(skeleton('0xBTC')).toBe(skeleton('OXBTC'))
  })
})

describe('known tokens', () => {
  test('addresses of the bundled lists carry right checksums', () => {
    for (const address of bundledAddresses()) expect(readAddress(address).fault).toBe(null)
    expect(bundledAddresses().length).toBeGreaterThan(40)
  })

  test('wrapped, staked and bridged forms expose to what they stand for', () => {
    expect(exposureOf('weth' as AssetId)).toBe('ethereum')
    expect(exposureOf('staked-ether' as AssetId)).toBe('ethereum')
    expect(exposureOf('usd-coin' as AssetId)).toBe('usd-coin')
    expect(exposureOf('constructor' as AssetId)).toBe('constructor')
  })
})

describeChain('the token book', () => {
  const chain = { ...evmChain('ethereum'), multicall: { address: MULTICALL3, block: 0 } }
  let node: Anvil
  let stage: Stage
  beforeAll(async () => {
    node = await startAnvil({ chainId: 1 })
    stage = await Stage.on(node)
    await installMulticall3(node)
    await node.rpc('evm_mine')
  }, 120_000)
  afterAll(() => node.stop())

  const listedAs = (contract: Hex, asset: string, symbol: string): Token => ({
    ...{ chain: 'eip155:1', contract: contract.toLowerCase(), decimals: null },
    ...{ asset: asset as AssetId, symbol },
  })
  const lower = (address: Hex) => address.toLowerCase() as Hex

  test('tells metadata, assets and standing', async () => {
    const [listed, unpriced, imitation, html, bytes32, none, tiny] = [
      lower((await stage.deploy('Coin', ['Arbitrary', 'ARBX', 6])).address),
      lower((await stage.deploy('Coin', ['Nobody', 'NOBO', 0])).address),
      lower((await stage.deploy('Coin', ['USD Coin', 'U\u0405DC', 6])).address),
      lower((await stage.deploy('Coin', ['x', '<b>ARBX</b>', 77])).address),
      lower((await stage.deploy('Bytes32Symbol')).address),
      lower((await stage.deploy('NoDecimals')).address),
      lower((await stage.deploy('Coin', ['y', 'TOOFINE', 78])).address),
    ] as const
    const nothing = numbered(0xdead)
    const weth = lower('0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2')
    await node.rpc('anvil_setCode', [weth, CODES.answers(18n)])
    const rpc = plainRpc(node.url, { chain })
    const book = tokenBook({
      ...{ rpc, store: tokensInMemory(new Map([[unpriced, 'hidden']])), now: () => 0 },
      listed: [
        listedAs(listed, 'arbitrary', 'ARBX'),
        { ...listedAs(unpriced, 'x', 'X'), chain: 'eip155:10' },
      ],
    })
    const asked = [listed, unpriced, imitation, html, bytes32, none, tiny, nothing, weth]
    const tokens = await book.of(asked, NEVER)
    expect(rpc.requests).toBeLessThanOrEqual(3)
    const caip = (contract: Hex) => `eip155:1/erc20:${contract}`
    const row = (contract: Hex) => {
      const { asset, symbol, decimals, standing, form } = tokens.get(contract) ?? { asset: null }
      return [asset, symbol, decimals, standing, form]
    }
    expect(row(listed)).toEqual(['arbitrary', 'ARBX', 6, 'listed', 'plain'])
    expect(row(unpriced)).toEqual([caip(unpriced), 'NOBO', 0, 'hidden', 'plain'])
    expect(row(imitation)).toEqual([caip(imitation), 'U?DC', 6, 'suspect', 'plain'])
    expect(row(html)).toEqual([caip(html), 'ARBX', 77, 'suspect', 'plain'])
    expect(row(bytes32)).toEqual([caip(bytes32), 'OMKR', 18, 'unpriced', 'plain'])
    expect(row(none)).toEqual([caip(none), 'NODEC', null, 'unpriced', 'plain'])
    expect(row(tiny)).toEqual([caip(tiny), 'TOOFINE', null, 'unpriced', 'plain'])
    expect(row(nothing)).toEqual([caip(nothing), '', null, 'unpriced', 'plain'])
    expect(row(weth)).toEqual(['weth', 'WETH', 18, 'listed', 'wrapped-native'])
    expect(book.native).toMatchObject({ contract: 'native', asset: 'ethereum', symbol: 'ETH', decimals: 18 })
    expect(book.bundled).toContain(weth)
  }, 60_000)

  test('a receipt of a lender rebases, a stock token scales', async () => {
    const [receipt, stock, odd] = [numbered(1, 'f0'), numbered(2, 'f0'), numbered(3, 'f0')]
    await node.rpc('anvil_setCode', [receipt, CODES.answers(BigInt(numbered(9)))])
    await node.rpc('anvil_setCode', [stock, onlyMultiplier(1_002_100_000_000_000_000n)])
    await node.rpc('anvil_setCode', [odd, onlyMultiplier(7n)])
    await node.rpc('evm_mine')
    const book = tokenBook({
      rpc: plainRpc(node.url, { chain }),
      store: tokensInMemory(),
      now: () => 0,
      listed: [],
    })
    const tokens = await book.of([receipt, stock, odd], NEVER)
    expect([receipt, stock, odd].map((token) => tokens.get(token)?.form)).toEqual([
      'rebasing',
      'scaled',
      'plain',
    ])
  })

  test('what was read is kept for a month, and for a day where the contract said nothing', async () => {
    const coin = await stage.deploy('Coin', ['Later', 'LATER', 4])
    const [kept, silent] = [lower(coin.address), numbered(0x51)]
    const store = tokensInMemory()
    let now = 0
    const rpc = plainRpc(node.url, { chain })
    const book = tokenBook({ rpc, store, now: () => now, listed: [] })
    const requestsOf = async (contracts: readonly Hex[]) => {
      const before = rpc.requests
      await book.of(contracts, NEVER)
      return rpc.requests - before
    }
    expect(await requestsOf([kept, silent])).toBeGreaterThan(0)
    expect(await requestsOf([kept, silent])).toBe(0)
    now = 86_400_000
    expect(await requestsOf([kept])).toBe(0)
    expect(await requestsOf([silent])).toBeGreaterThan(0)
    now = 30 * 86_400_000
    expect(await requestsOf([kept])).toBeGreaterThan(0)
  })
})

/** Answers `multiplier()` and reverts otherwise. */
function onlyMultiplier(value: bigint): Hex {
  const word = value.toString(16).padStart(64, '0')
  // selector = calldata >> 224; jump to the answer where it is 1b3ed722
  return (`0x5f3560e01c631b3ed72214601157` + `5f5ffd` + `5b7f${word}5f5260205ff3`) as Hex
}
