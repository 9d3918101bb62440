import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import * as viemChains from 'viem/chains'
import { expect, test } from 'vitest'
import { chainOf, evmChainName, EVM_CHAIN_NAMES } from '#core/chain.ts'
import { listedById, listedByName, listedChains } from '#core/listed-chain.ts'

const root = resolve(import.meta.dirname, '../..')
type ViemChain = {
  readonly id: number
  readonly testnet?: boolean
  readonly nativeCurrency: { readonly symbol: string; readonly decimals: number }
  readonly contracts?: { readonly multicall3?: { readonly address: string; readonly blockCreated?: number } }
}
const viem = Object.entries(viemChains as unknown as Record<string, ViemChain>).filter(
  ([, chain]) => typeof chain === 'object' && 'id' in chain,
)

test('the list is what its script writes', () => {
  execFileSync(process.execPath, ['scripts/chain-list.mjs', '--check'], { cwd: root, stdio: 'pipe' })
})

test('every network of viem is in it, by id and name, with what viem says of it', () => {
  const ids = new Set(viem.map(([, chain]) => chain.id))
  expect(listedChains()).toHaveLength(ids.size)
  let same = 0
  for (const [name, chain] of viem) {
    const listed = listedById(chain.id)
    expect(listed, name).not.toBe(null)
    // Some ids are taken twice, by a network and an older or local one: the main one stands for it.
    const alike =
      listed?.symbol === chain.nativeCurrency.symbol && listed.testnet === (chain.testnet === true)
    if (!alike) continue
    same++
    expect(listedByName(name.toLowerCase())?.chainId ?? chain.id).toBe(chain.id)
    expect(listed.decimals).toBe(chain.nativeCurrency.decimals)
    const multicall3 = chain.contracts?.multicall3
    if (listed.multicall !== null && multicall3 !== undefined)
      expect(listed.multicall).toEqual({
        address: multicall3.address.toLowerCase(),
        block: multicall3.blockCreated ?? 0,
      })
  }
  expect(same).toBeGreaterThan(viem.length - 15)
})

test('no two chains share a name, and each name leads to its chain and back', () => {
  const names = listedChains().flatMap(({ names }) => names)
  expect(new Set(names).size).toBe(names.length)
  for (const { names, chainId } of listedChains()) {
    for (const text of [...names, String(chainId), `eip155:${chainId}`]) {
      expect(chainOf(text)?.id).toBe(`eip155:${chainId}`)
      expect(evmChainName(text)).toBe(names[0])
    }
  }
  for (const name of EVM_CHAIN_NAMES) expect(evmChainName(name)).toBe(name)
})

test('Multicall3 stands where the provider contract says it does', () => {
  const known = [
    ['ethereum', 14_353_601],
    ['arbitrum', 7_654_707],
    ['optimism', 4_286_263],
    ['base', 5_022],
    ['polygon', 25_770_160],
    ['sepolia', 751_532],
  ] as const
  for (const [name, block] of known) expect(listedByName(name)?.multicall?.block).toBe(block)
  expect(listedByName('zksync')?.multicall?.address).toBe('0xf9cda624fbc7e059355ce98a31693d299facd963')
})
