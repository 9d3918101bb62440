import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Hex } from 'viem'
import { below, seeded, testSeed } from '../../support/random.ts'
import { describeChain, installMulticall3, startAnvil } from '../support/anvil.ts'
import { account, Stage } from '../support/deploy.ts'
import {
  flowedAt,
  heldAt,
  randomDays,
  readThrough,
  readersOf,
  scanAfter,
  worldOn,
  type World,
} from './world.ts'

const SEED = testSeed(707)
const RUNS = process.env['LONG'] === '1' ? 40 : 4
const BLOCKS = 20

describeChain('any sequence of transfers', () => {
  let world: World
  beforeAll(async () => {
    const node = await startAnvil({ chainId: 1, args: ['--timestamp', '1700000000', '--order', 'fifo'] })
    await node.rpc('anvil_setBlockTimestampInterval', [12])
    await installMulticall3(node)
    world = await worldOn(await Stage.on(node))
  })
  afterAll(async () => await world.stage.node.stop())

  test.each(Array.from({ length: RUNS }, (_, run) => run))(
    'gives flows that are the balance of the node after every block (%i)',
    async (run) => {
      const random = seeded(SEED + run)
      const wallets: Hex[] = ['alice', 'bob', 'carol'].map((name) => account(`${name} ${run}`))
      const { stage } = world
      const from = await stage.height()
      await stage.block(wallets.map((to) => ({ from: stage.faucet, to, value: 10n ** 20n })))
      await randomDays(world, wallets, BLOCKS, random)
      const to = await stage.height()
      const readers = readersOf(stage)
      const scans = await Promise.all(wallets.map((wallet) => scanAfter(readers, wallet, from)))
      const whole = await readThrough(readers, scans, [to])
      const coins = [world.weth, ...world.coins]
      for (const parts of whole) {
        const wallet = parts[0]?.scan.wallet as Hex
        const held = await heldAt(world, wallet, coins, from, to)
        expect(await flowedAt(readers, parts, coins, from, to)).toEqual(held)
        expect(parts.flatMap(({ faults }) => faults)).toEqual([])
        expect(parts.flatMap(({ flows }) => flows).filter(({ kind }) => kind === 'unexplained')).toEqual([])
      }
      // Cut anywhere, it is the same reading.
      const cut = from + 1 + below(random, to - from - 1)
      const pieces = await readThrough(readers, scans, [cut, to])
      const flows = (all: typeof whole) => all.map((parts) => parts.flatMap((part) => part.flows))
      expect(flows(pieces)).toEqual(flows(whole))
      expect(pieces.map((parts) => parts.at(-1)?.next)).toEqual(whole.map((parts) => parts.at(-1)?.next))
    },
  )
})
