import { describe, expect, test } from 'vitest'
import type { Token } from '#core/coin.ts'
import { BTC, coinOf, ETH } from '../support/values.ts'
import { opened, type NewStore } from './contract.ts'

export function coinsContract(newStore: NewStore): void {
  describe('coins and tokens', () => {
    test('a list replaces the one before it and says what differs', async () => {
      const store = await opened(newStore)
      expect(await store.coins()).toEqual({ coins: [], readAt: null })
      const first = [coinOf('zed', null), coinOf('bitcoin', 1), coinOf('ethereum', 2)]
      expect(await store.writeCoins(first, 7)).toEqual({ added: 3, changed: 0, unchanged: 0 })
      const second = [
        coinOf('bitcoin', 1),
        coinOf('ethereum', 2, { price: '2' }),
        coinOf('b', null),
        coinOf('a', null),
      ]
      expect(await store.writeCoins(second, 8)).toEqual({ added: 2, changed: 1, unchanged: 1 })
      const { coins, readAt } = await store.coins()
      expect(readAt).toBe(8)
      expect(coins.map(({ asset }) => asset)).toEqual(['bitcoin', 'ethereum', 'a', 'b'])
      expect(coins[1]).toEqual(second[1])
    })

    test('F17: a coin twice in one list is one coin', async () => {
      const store = await opened(newStore)
      const twice = [coinOf('bitcoin', 1), coinOf('bitcoin', 1)]
      expect(await store.writeCoins(twice, 7)).toEqual({ added: 1, changed: 0, unchanged: 0 })
    })

    test('hostile names are only text', async () => {
      const store = await opened(newStore)
      const names = [
        "'); DROP TABLE coins;--",
        '__proto__',
        'a\u0000b',
        '\u202eevil',
        '💣',
        '=HYPERLINK("x")',
      ]
      const coins = names.map((name, rank) => coinOf(`coin-${rank}`, rank, { name, symbol: name }))
      await store.writeCoins(coins, 1)
      expect((await store.coins()).coins).toEqual(coins)
    })

    test('tokens are found by asset and by chain', async () => {
      const store = await opened(newStore)
      const token = (asset: string, chain: string, contract: string, decimals: number | null = 18) =>
        ({ asset, chain, contract, decimals, symbol: asset.slice(0, 3) }) as Token
      const tokens = [
        token(BTC, 'ethereum', '0x2', 8),
        token(ETH, 'base', 'native', null),
        token(ETH, 'ethereum', 'native'),
      ]
      expect(await store.tokens()).toEqual({ tokens: [], readAt: null })
      await store.writeTokens([token('gone', 'base', '0x1')], 3)
      await store.writeTokens([...tokens].reverse(), 4)
      expect(await store.tokens()).toEqual({ tokens, readAt: 4 })
      expect((await store.tokens({ assets: [ETH] })).tokens).toEqual(tokens.slice(1))
      expect((await store.tokens({ assets: [ETH, BTC], chain: 'ethereum' })).tokens).toEqual([
        tokens[0],
        tokens[2],
      ])
      expect((await store.tokens({ assets: [] })).tokens).toEqual([])
    })
  })
}
