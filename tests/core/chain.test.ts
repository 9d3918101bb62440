import { describe, expect, test } from 'vitest'
import { EVM_CHAIN_NAMES, chainOf, evmChainName } from '#core/chain.ts'

describe('chains', () => {
  test('every name and every id is one chain, in any case', () => {
    const chains = EVM_CHAIN_NAMES.map((name) => chainOf(name))
    expect(new Set(chains.map((chain) => chain?.id)).size).toBe(EVM_CHAIN_NAMES.length)
    for (const chain of chains) {
      expect(chain).not.toBe(null)
      expect(chainOf(chain?.id.toUpperCase() ?? '')).toEqual(chain)
      expect(chainOf(chain?.name.toUpperCase() ?? '')).toEqual(chain)
      expect(evmChainName(chain?.id ?? '')).toBe(chain?.name)
    }
  })

  test('a chain of another kind is known and no EVM chain', () => {
    expect(chainOf('Solana')).toMatchObject({ coin: 'solana', decimals: 9 })
    expect(evmChainName('solana')).toBe(null)
    expect(evmChainName(chainOf('solana')?.id ?? '')).toBe(null)
    expect(EVM_CHAIN_NAMES).not.toContain('solana')
  })

  test('names, numbers and CAIP-2 ids of the list are its chains; what nobody lists keeps its id', () => {
    for (const text of ['arbitrumnova', 'ArbitrumNova', '42170', 'eip155:42170', 'EIP155:42170']) {
      expect(chainOf(text)).toMatchObject({ name: 'arbitrumnova', id: 'eip155:42170', coin: 'ethereum' })
      expect(evmChainName(text)).toBe('arbitrumnova')
    }
    expect(evmChainName('mainnet')).toBe('ethereum')
    expect(evmChainName('1')).toBe('ethereum')
    expect(chainOf('eip155:4243')).toBe(null)
    expect([evmChainName('EIP155:4243'), evmChainName('4243')]).toEqual(['eip155:4243', 'eip155:4243'])
    for (const text of ['eip155:0', 'eip155:', '0', '01', '-1', 'etherum', '', '__proto__', 'toString'])
      expect([chainOf(text), evmChainName(text)]).toEqual([null, null])
  })

  test('play money is no ether: test networks and networks on one machine', () => {
    expect(chainOf('sepolia')?.coin).toBe('eip155:11155111/slip44:60')
    expect(chainOf('anvil')?.coin).toBe('eip155:31337/slip44:60')
    expect(chainOf('flare')?.coin).toBe('eip155:14/slip44:60')
    expect(chainOf('zora')?.coin).toBe('ethereum')
  })

  test("a chain of one's own comes before the list", () => {
    const own = [{ name: 'mine', id: 42170, coin: null, symbol: null, decimals: null, multicall: null }]
    for (const text of ['mine', 'MINE', '42170', 'eip155:42170']) expect(evmChainName(text, own)).toBe('mine')
    expect(evmChainName('base', own)).toBe('base')
  })
})
