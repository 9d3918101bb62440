import { expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { TidemarkError } from '#core/errors.ts'
import { evmChain } from '#ingestion/evm/chains/chains.ts'

test('a usual chain, a listed one, and one that nobody described', () => {
  expect(evmChain('8453')).toMatchObject({
    ...{ name: 'base', chainId: 8453, caip2: 'eip155:8453', coin: 'ethereum', symbol: 'ETH', decimals: 18 },
    ...{ multicall: { address: '0xca11bde05977b3631167028862be2a173976ca11', block: 5022 }, testnet: false },
  })
  expect(evmChain('sepolia')).toMatchObject({ testnet: true, coin: 'eip155:11155111/slip44:60' })
  expect(evmChain('eip155:4243')).toMatchObject({
    ...{ name: 'eip155:4243', coin: 'eip155:4243/slip44:60', symbol: '', decimals: 18, publicUrls: [] },
    multicall: { address: '0xca11bde05977b3631167028862be2a173976ca11', block: 0 },
  })
  expect(evmChain('expanse').multicall).toBe(null)
})

test('its coin: the own entry, the usual chains, the list of platforms, ether, the CAIP-19 id', () => {
  const own = [
    {
      name: 'mine',
      id: 14,
      coin: 'wrapped' as AssetId,
      symbol: 'M',
      decimals: 6,
      multicall: `0x${'1'.repeat(40)}`,
    },
  ]
  const coins = new Map([
    ['eip155:14', 'flare-networks' as AssetId],
    ['eip155:56', 'not-this' as AssetId],
  ])
  expect(evmChain('mine', own, coins)).toMatchObject({
    ...{ name: 'mine', chainId: 14, coin: 'wrapped', symbol: 'M', decimals: 6 },
    multicall: { address: `0x${'1'.repeat(40)}`, block: 0 },
  })
  expect(evmChain('eip155:14', own).name).toBe('mine')
  expect(evmChain('flare', [], coins).coin).toBe('flare-networks')
  expect(evmChain('bsc', [], coins).coin).toBe('binancecoin')
  expect(evmChain('zora').coin).toBe('ethereum')
  expect(evmChain('flare').coin).toBe('eip155:14/slip44:60')
})

test.each(['solana', 'etherum', '', '0', '99999999999999999', '0x1', 'eip155:x'])('%j is refused', (text) => {
  expect(() => evmChain(text)).toThrow(TidemarkError)
})
