import { expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { categoryOf } from '#core/category.ts'
import { EVM_CHAIN_NAMES, usualChain } from '#core/chain.ts'

test.each([
  ['fiat:eur', '', 'cash'],
  ['usd-coin', '', 'stablecoin'],
  ['bridged-usd-coin-base', '', 'stablecoin'],
  ['bitcoin', '', 'native'],
  ['solana', '', 'native'],
  ['eip155:4243/slip44:60', '', 'native'],
  ['weth', '', 'wrapped'],
  ['wrapped-bitcoin', '', 'wrapped'],
  ['tesla-xstock', '', 'stock token'],
  [`eip155:1/erc20:0x${'a'.repeat(40)}`, 'UNI-V2', 'LP'],
  [`eip155:1/erc20:0x${'a'.repeat(40)}`, 'SLP', 'LP'],
  [`eip155:1/erc20:0x${'a'.repeat(40)}`, 'HELP', 'other'],
  ['uniswap', 'UNI', 'other'],
])('%s (%s) is %s', (asset, symbol, category) => {
  expect(categoryOf(asset as AssetId, symbol)).toBe(category)
})

test('what the usual chains pay with is native', () => {
  for (const name of EVM_CHAIN_NAMES)
    expect([name, categoryOf(usualChain(name)?.coin as AssetId)]).toEqual([name, 'native'])
})
