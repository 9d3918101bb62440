import { encodeFunctionData, parseAbi, toHex } from 'viem'
import { namehash, packetToBytes } from 'viem/ens'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TidemarkError } from '#core/errors.ts'
import { resolveEns } from '#ingestion/evm/ens/ens.ts'
import type { BlockRef, ChainRpc, Hex, RpcCall } from '#ingestion/evm/types.ts'
import { describeChain, startAnvil, type Anvil } from '../support/anvil.ts'
import { CODES, numbered } from './codes.ts'
import { NEVER, plainRpc } from './plain-rpc.ts'

const REGISTRY = '0x00000000000c2e074ec69a0dfb2997ba6c7d2e1e'
/** Answers what its storage holds at the first argument: the whole of a registry, and of a resolver. */
const LOOKS_UP: Hex = '0x600435545f5260205ff3'
const answersFor = (address: Hex): Hex => `0x60205f52602060205273${address.slice(2)}60405260605ff3`
const OFFCHAIN: Hex = '0x63556f18305f526004601cfd'

const [ALICE, BELOW] = [numbered(0xa11ce, 'aa'), numbered(0xbe, 'aa')]
const [resolver, wild, outside, refuses] = [1, 2, 3, 4].map((at) => numbered(at, 'e5')) as [
  Hex,
  Hex,
  Hex,
  Hex,
]

describeChain('ENS', () => {
  let node: Anvil
  let block: BlockRef
  const point = (at: Hex, name: string, to: Hex) =>
    node.rpc('anvil_setStorageAt', [at, namehash(name), `0x${to.slice(2).padStart(64, '0')}`])
  beforeAll(async () => {
    node = await startAnvil({ chainId: 1 })
    const codes = [
      ...[[REGISTRY, LOOKS_UP] as const, [resolver, LOOKS_UP] as const, [wild, answersFor(BELOW)] as const],
      ...[[outside, OFFCHAIN] as const, [refuses, CODES.reverts] as const],
    ]
    for (const code of codes) await node.rpc('anvil_setCode', code)
    await point(REGISTRY, 'alice.eth', resolver)
    await point(resolver, 'alice.eth', ALICE)
    await point(REGISTRY, 'empty.eth', resolver)
    await point(REGISTRY, 'wild.eth', wild)
    await point(REGISTRY, 'outside.eth', outside)
    await point(REGISTRY, 'no.eth', refuses)
    await node.rpc('evm_mine')
    block = await plainRpc(node.url).block('latest', NEVER)
  }, 60_000)
  afterAll(() => node.stop())
  const resolve = (name: string, at = block, rpc: ChainRpc = plainRpc(node.url)) =>
    resolveEns(rpc, name, at, NEVER)

  test('a name stands for its address, with the block it was read at', async () => {
    expect(await resolve('alice.eth')).toEqual({ name: 'alice.eth', address: ALICE, block })
    expect(await resolve(' ALICE.eth ')).toEqual({ name: 'alice.eth', address: ALICE, block })
  })

  test('at an earlier block it stands for what it stood for then', async () => {
    await node.rpc('evm_mine')
    const then = await plainRpc(node.url).block('latest', NEVER)
    await node.rpc('evm_mine')
    await point(resolver, 'alice.eth', numbered(7))
    await node.rpc('evm_mine')
    expect((await resolve('alice.eth', then)).address).toBe(ALICE)
    expect((await resolve('alice.eth', await plainRpc(node.url).block('latest', NEVER))).address).toBe(
      numbered(7),
    )
    await point(resolver, 'alice.eth', ALICE)
    await node.rpc('evm_mine')
    block = await plainRpc(node.url).block('latest', NEVER)
  })

  test('a name below another is answered by the resolver above it', async () => {
    const asked: RpcCall[] = []
    const rpc = plainRpc(node.url)
    const listening: ChainRpc = {
      ...rpc,
      batch: (calls, need, signal) => {
        asked.push(...calls)
        return rpc.batch(calls, need, signal)
      },
    }
    expect((await resolve('pay.bob.wild.eth', block, listening)).address).toBe(BELOW)
    const abi = parseAbi(['function resolve(bytes,bytes)', 'function addr(bytes32)'])
    const lookup = encodeFunctionData({ abi, functionName: 'addr', args: [namehash('pay.bob.wild.eth')] })
    const args = [toHex(packetToBytes('pay.bob.wild.eth')), lookup] as const
    const { data } = asked.at(-1)?.params[0] as { data: Hex }
    expect(data).toBe(encodeFunctionData({ abi, functionName: 'resolve', args }))
  })

  test.each([
    ['nobody.eth', 'is not registered'],
    ['empty.eth', 'knows no address'],
    ['outside.eth', 'does not answer on the chain'],
    ['no.eth', 'does not answer on the chain'],
    ['alice', 'is no ENS name'],
    ['', 'is no ENS name'],
    ['al ice.eth', 'is no ENS name'],
    ['\u0430lice.eth', 'is no ENS name'],
    ['alice..eth', 'is no ENS name'],
    [`${'a'.repeat(300)}.eth`, 'is no ENS name'],
  ])('%j is refused: %s', async (name, words) => {
    const failed = await resolve(name).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(TidemarkError)
    expect((failed as TidemarkError).code).toBe('INPUT_INVALID')
    expect((failed as TidemarkError).message).toContain(words)
  })

  test('a chain without a registry says so', async () => {
    const other = await startAnvil({ chainId: 10 })
    try {
      const failed = await resolve('alice.eth', block, plainRpc(other.url)).catch((error: unknown) => error)
      expect((failed as TidemarkError).message).toContain('There is no ENS on')
    } finally {
      await other.stop()
    }
  })
})
