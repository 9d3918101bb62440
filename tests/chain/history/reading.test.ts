import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { numberToHex, parseEther, type Hex } from 'viem'
import { firstBlocks } from '#ingestion/evm/history/first-block.ts'
import { planReading } from '#ingestion/evm/history/plan.ts'
import { describeChain, installMulticall3, startAnvil } from '../support/anvil.ts'
import { account, call, Stage } from '../support/deploy.ts'
import { startProxy } from '../support/proxy.ts'
import { flowedAt, heldAt, readThrough, readersOf, scanAfter, signal, worldOn, type World } from './world.ts'

describeChain('the reading of a wallet', () => {
  let world: World
  let stage: Stage
  beforeAll(async () => {
    const node = await startAnvil({ chainId: 1, args: ['--timestamp', '1600000000', '--order', 'fifo'] })
    await node.rpc('anvil_setBlockTimestampInterval', [12])
    await installMulticall3(node)
    stage = await Stage.on(node)
    world = await worldOn(stage)
    await node.rpc('anvil_mine', ['0x100'])
  })
  afterAll(async () => await stage.node.stop())

  test('begins at the first ether, nonce or code, found for all wallets together', async () => {
    const [rich, drained, never] = [account('rich'), account('drained'), account('never')]
    const first = await stage.pay(stage.faucet, rich, '1')
    await stage.node.rpc('anvil_mine', ['0x123'])
    const second = await stage.pay(stage.faucet, drained, '1')
    const price = 2_000_000_000n
    const all = { value: numberToHex(parseEther('1') - 21_000n * price), gas: numberToHex(21_000) }
    const emptied = { from: drained, to: stage.faucet, gasPrice: numberToHex(price), ...all }
    await stage.node.rpc('eth_sendTransaction', [emptied])
    expect(await stage.ether(drained)).toBe(0n)
    const code = await stage.deploy('ContractWallet', [rich])
    await stage.node.rpc('anvil_mine', ['0x234'])
    const proxy = await startProxy(stage.node)
    onTestFinished(() => proxy.close())
    const { rpc } = readersOf(stage, proxy.url)
    const wallets = [rich, drained, code.address, never]
    const found = await firstBlocks(rpc, wallets, await stage.height(), signal)
    expect([...found.entries()]).toEqual([
      [rich, first.block],
      [drained, second.block],
      [code.address, code.block],
      [never, null],
    ])
    console.log(`first blocks of 4 wallets over ${await stage.height()} blocks: ${proxy.requests} requests`)
    expect(proxy.requests).toBeLessThan(40)
  })

  test('that begins later opens with what was held, tokens that move later included', async () => {
    const [wallet, stranger] = [account('late'), account('stranger')]
    const [one, two] = world.coins
    if (one === undefined || two === undefined) throw new Error('no coins')
    await stage.pay(stage.faucet, wallet, '3')
    await stage.send(call(one, 'mint', [wallet, 500n], stage.faucet))
    await stage.send(call(two, 'mint', [wallet, 700n], stage.faucet))
    const from = await stage.height()
    await stage.send(call(one, 'transfer', [stranger, 100n], wallet))
    const middle = await stage.height()
    await stage.send(call(two, 'transfer', [stranger, 200n], wallet))
    const to = await stage.height()
    const readers = readersOf(stage)
    const [parts = []] = await readThrough(readers, [await scanAfter(readers, wallet, from)], [middle, to])
    const rows = parts.map(({ flows }) =>
      flows.filter(({ kind }) => kind === 'opening').map(({ quantity, time }) => ({ quantity, time })),
    )
    const time = async (block: number) => (await readers.rpc.block(block, signal)).time
    expect(rows).toEqual([
      [
        { quantity: '3', time: await time(from) },
        { quantity: '0.0000000000000005', time: await time(from) },
      ],
      // The part before is closed when the other token is seen.
      [{ quantity: '0.0007', time: await time(middle + 1) }],
    ])
    expect((await flowedAt(readers, parts, [one, two], to, to)).at(-1)).toEqual(
      (await heldAt(world, wallet, [one, two], to, to)).at(-1),
    )
  })

  test('finds few changes in many blocks by few calls, and the plan says about how many', async () => {
    const wallet = account('quiet')
    const from = await stage.height()
    await stage.pay(stage.faucet, wallet, '5')
    for (let at = 0; at < 6; at++) {
      await stage.node.rpc('anvil_mine', [numberToHex(90)])
      await stage.pay(wallet, account('stranger'), '0.1')
      await stage.node.rpc('anvil_mine', [numberToHex(130)])
      await stage.pay(stage.faucet, wallet, '0.1')
    }
    const to = await stage.height()
    const proxy = await startProxy(stage.node)
    onTestFinished(() => proxy.close())
    const readers = readersOf(stage, proxy.url)
    const scan = await scanAfter(readers, wallet, from)
    const plan = await planReading(readers.rpc, [{ wallet, after: from }], to, signal)
    proxy.reset()
    const [parts = []] = await readThrough(readers, [scan], [to])
    expect(parts.flatMap(({ flows }) => flows)).toHaveLength(6 * 3 + 1)
    const states =
      (proxy.byMethod.get('eth_getBalance') ?? 0) + (proxy.byMethod.get('eth_getTransactionCount') ?? 0)
    console.log(
      `13 changes in ${to - from} blocks: ${states} states (planned ${plan.states}), ` +
        `${proxy.calls} calls in ${proxy.requests} requests`,
    )
    // Two at every block would be twelve times as many; the plan knows of own transactions only.
    expect(states).toBeLessThan((to - from) / 5)
    expect(plan.states).toBeGreaterThan(states / 2.5)
    expect(plan.states).toBeLessThan(states * 2)
    expect(plan).toMatchObject({ logs: 3, blocks: 12 })
  })

  test('sees a payment whose value and cost came back to the last unit', async () => {
    const wallet = account('refunded')
    await stage.pay(stage.faucet, wallet, '5')
    const from = await stage.height()
    await stage.node.rpc('anvil_mine', ['0x40'])
    const { gas } = await stage.pay(wallet, account('stranger'), '0.5')
    await stage.send({ from: stage.faucet, to: wallet, value: parseEther('0.5') + gas })
    await stage.node.rpc('anvil_mine', ['0x40'])
    const to = await stage.height()
    expect(await stage.ether(wallet, to)).toBe(await stage.ether(wallet, from))
    const readers = readersOf(stage)
    const [parts = []] = await readThrough(readers, [await scanAfter(readers, wallet, from)], [to])
    const kinds = parts.flatMap(({ flows }) => flows).map(({ kind }) => kind)
    expect(kinds).toEqual(['opening', 'gas', 'withdraw', 'deposit'])
  })

  test('gives the producer of blocks its share as income', async () => {
    const producer: Hex = account('producer')
    await stage.node.rpc('anvil_setCoinbase', [producer])
    const from = await stage.height()
    await stage.pay(stage.faucet, account('stranger'), '1')
    await stage.node.rpc('anvil_setCoinbase', [`0x${'0'.repeat(40)}`])
    const readers = readersOf(stage)
    const to = await stage.height()
    const [parts = []] = await readThrough(readers, [await scanAfter(readers, producer, from)], [to])
    expect(parts.flatMap(({ flows }) => flows).map(({ kind, tx }) => [kind, tx])).toEqual([['income', null]])
    expect(await flowedAt(readers, parts, [], to, to)).toEqual(await heldAt(world, producer, [], to, to))
  })

  test('reads again what it read, with the same ids', async () => {
    const wallet = account('again')
    const from = await stage.height()
    await stage.pay(stage.faucet, wallet, '1')
    await stage.pay(wallet, account('stranger'), '0.5')
    const to = await stage.height()
    const readers = readersOf(stage)
    const once = await readThrough(readers, [await scanAfter(readers, wallet, from)], [to])
    const twice = await readThrough(readersOf(stage), [await scanAfter(readers, wallet, from)], [to])
    expect(twice).toEqual(once)
    const ids = once.flat().flatMap(({ flows }) => flows.map(({ id }) => id))
    expect(new Set(ids).size).toBe(3)
  })
})
