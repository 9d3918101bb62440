import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { encodeFunctionData, parseEther, type Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { WalletPart } from '#ingestion/evm/types.ts'
import { describeChain, installMulticall3, startAnvil } from '../support/anvil.ts'
import { account, call, Stage, type Deployed } from '../support/deploy.ts'
import { startProxy, type HostError, type Profile } from '../support/proxy.ts'
import { flowedAt, heldAt, readThrough, readersOf, scanAfter, worldOn, type World } from './world.ts'

const unknown = (method: string): HostError => ({
  code: -32601,
  message: `the method ${method} does not exist`,
})
const without = (...families: string[]): Profile => ({
  call: (asked) =>
    families.some((family) => asked.method.startsWith(family)) ? unknown(asked.method) : asked,
})

const PAGE = 2
type Query = { fromBlock: Hex; toBlock: Hex; fromAddress?: Hex; toAddress?: Hex; pageKey?: string }
type Trace = {
  action: { from: Hex; to?: Hex; value?: Hex }
  blockNumber: number
  transactionHash: Hex
  traceAddress: number[]
}

/** `alchemy_getAssetTransfers` in small pages, told from what the node traces. */
function assetTransfers(): Profile {
  return {
    call: (asked) => {
      if (asked.method.startsWith('trace_') || asked.method.startsWith('debug_')) return unknown(asked.method)
      if (asked.method !== 'alchemy_getAssetTransfers') return asked
      const { fromBlock, toBlock, fromAddress, toAddress, pageKey } = asked.params[0] as Query
      const side = fromAddress === undefined ? { toAddress: [toAddress] } : { fromAddress: [fromAddress] }
      const after = Number(pageKey ?? 0)
      const params = [{ fromBlock, toBlock, ...side, after, count: PAGE }]
      return { id: asked.id, method: 'trace_filter', params }
    },
    result: async (asked, result) => {
      if (asked.method !== 'trace_filter') return result
      const traces = result as Trace[]
      const transfers = traces
        .filter(({ action }) => BigInt(action.value ?? '0x0') > 0n)
        .map((trace) => ({
          blockNum: `0x${trace.blockNumber.toString(16)}`,
          hash: trace.transactionHash,
          from: trace.action.from,
          to: trace.action.to,
          uniqueId: `${trace.transactionHash}:${trace.traceAddress.join('_')}`,
          rawContract: { value: trace.action.value, address: null, decimal: '0x12' },
        }))
      const { after } = asked.params[0] as { after: number }
      return { transfers, ...(traces.length < PAGE ? {} : { pageKey: String(after + PAGE) }) }
    },
  }
}

describeChain('an account that is a contract', () => {
  let world: World
  const owner = account('owner')
  let wallet: Deployed
  let from: number
  let to: number

  beforeAll(async () => {
    const node = await startAnvil({ chainId: 1, args: ['--timestamp', '1700000000', '--order', 'fifo'] })
    await node.rpc('anvil_setBlockTimestampInterval', [12])
    await installMulticall3(node)
    const stage = await Stage.on(node)
    world = await worldOn(stage)
    wallet = await stage.deploy('ContractWallet', [owner])
    await stage.pay(stage.faucet, owner, '10')
    from = await stage.height()
    await stage.pay(stage.faucet, wallet.address, '2')
    await stage.send(call(world.forwarder, 'forward', [wallet.address], stage.faucet, parseEther('1')))
    await stage.send(call(wallet, 'execute', [account('stranger'), parseEther('1'), '0x'], owner))
    const { abi } = world.vault
    const deposit = encodeFunctionData({ abi, functionName: 'depositEther', args: [] })
    await stage.send(call(wallet, 'execute', [world.vault.address, parseEther('0.5'), deposit], owner))
    const withdraw = encodeFunctionData({
      ...{ abi, functionName: 'withdrawEther', args: [parseEther('0.5')] },
    })
    await stage.send(call(wallet, 'execute', [world.vault.address, 0n, withdraw], owner))
    await stage.block([
      { from: stage.faucet, to: wallet.address, value: parseEther('0.25') },
      call(wallet, 'execute', [account('stranger'), parseEther('0.25'), '0x'], owner),
    ])
    to = await stage.height()
  })
  afterAll(async () => await world.stage.node.stop())

  async function read(url?: string): Promise<{ parts: readonly WalletPart[]; lines: string[] }> {
    const readers = readersOf(world.stage, url)
    const [parts = []] = await readThrough(readers, [await scanAfter(readers, wallet.address, from)], [to])
    const flows = parts.flatMap((part) => part.flows)
    expect(flows.filter(({ kind }) => kind === 'unexplained')).toEqual([])
    const place = (name: string) => (name === wallet.address ? 'me' : 'vault')
    const lines = flows.map((flow) => `${place(flow.wallet)} ${flow.kind} ${flow.quantity}`)
    const held = await heldAt(world, wallet.address, [], from, to)
    const flowed = await flowedAt(readers, parts, [], from, to)
    expect(flowed.at(-1)).toEqual(held.at(-1))
    // At the ends it adds up in any case; at every block only where calls are seen.
    if (parts.every(({ unseen }) => !unseen)) expect(flowed).toEqual(held)
    return { parts, lines }
  }

  const ALL = [
    'me deposit 2',
    'me deposit 1',
    'me withdraw -1',
    'me transfer -0.5',
    'vault transfer 0.5',
    'me transfer 0.5',
    'vault transfer -0.5',
    'me deposit 0.25',
    'me withdraw -0.25',
  ]

  test('is read exactly by its traces', async () => {
    const { parts, lines } = await read()
    expect(lines).toEqual(ALL)
    expect(parts.map(({ unseen }) => unseen)).toEqual([false])
  })

  test('is read exactly by the transfers that a host lists, in pages', async () => {
    const proxy = await startProxy(world.stage.node, assetTransfers())
    onTestFinished(() => proxy.close())
    const { parts, lines } = await read(proxy.url)
    expect(lines).toEqual(ALL)
    expect(parts.map(({ unseen }) => unseen)).toEqual([false])
  })

  test('without either is read as far as its balance shows it, and says so', async () => {
    const proxy = await startProxy(world.stage.node, without('trace_', 'debug_', 'alchemy_'))
    onTestFinished(() => proxy.close())
    const { parts, lines } = await read(proxy.url)
    expect(parts.map(({ unseen }) => unseen)).toEqual([true])
    // What came and went between two reads cancels.
    expect(lines).toEqual(['me deposit 2', 'me deposit 1', 'me withdraw -1'])
  })

  test('a key that lends itself code for a while is found by its nonce', async () => {
    const { stage } = world
    const key = privateKeyToAccount(`0x${'42'.repeat(32)}`)
    const delegate = wallet.address
    const begin = await stage.height()
    await stage.pay(stage.faucet, key.address, '5')
    const authorise = async (contractAddress: Hex, nonce: number) => {
      // Who sends it signs for itself: its transaction takes the nonce before.
      const signed = await key.signAuthorization({ chainId: 1, contractAddress, nonce: nonce + 1 })
      const raw = await key.signTransaction({
        ...{ type: 'eip7702', chainId: 1, nonce, gas: 200_000n, to: key.address, value: 0n },
        ...{ maxFeePerGas: 3_000_000_000n, maxPriorityFeePerGas: 1n, authorizationList: [signed] },
      })
      await stage.node.rpc('eth_sendRawTransaction', [raw])
    }
    await authorise(delegate, 0)
    expect(await stage.node.rpc<Hex>('eth_getCode', [key.address, 'latest'])).toContain('0xef0100')
    const code = call(
      { address: key.address, abi: wallet.abi },
      'execute',
      [...[account('stranger'), parseEther('1'), '0x' as Hex]],
      owner,
    )
    // Far from what changes the nonce, so that the balance looks untouched from there.
    await stage.node.rpc('anvil_mine', ['0x40'])
    await stage.pay(stage.faucet, key.address, '1')
    await stage.send(code)
    await stage.node.rpc('anvil_mine', ['0x23'])
    await authorise(`0x${'0'.repeat(40)}`, 2)
    expect(await stage.node.rpc<Hex>('eth_getCode', [key.address, 'latest'])).toBe('0x')
    const end = await stage.height()
    const readers = readersOf(stage)
    const address = key.address.toLowerCase() as Hex
    const [parts = []] = await readThrough(readers, [await scanAfter(readers, address, begin)], [end])
    expect(await flowedAt(readers, parts, [], begin, end)).toEqual(
      await heldAt(world, address, [], begin, end),
    )
    const kinds = parts.flatMap((part) => part.flows).map(({ kind, quantity }) => `${kind} ${quantity}`)
    expect(kinds).toContain('withdraw -1')
    expect(kinds).toContain('deposit 1')
  })
})
