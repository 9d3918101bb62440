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

  test('an EVM chain without a name keeps its id; anything else is none', () => {
    expect(chainOf('eip155:4242')).toBe(null)
    expect(evmChainName('EIP155:4242')).toBe('eip155:4242')
    for (const text of ['eip155:0', 'eip155:', 'etherum', '', '__proto__', 'toString'])
      expect([chainOf(text), evmChainName(text)]).toEqual([null, null])
  })
})
