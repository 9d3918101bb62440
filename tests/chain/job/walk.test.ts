import { copyFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Hex } from 'viem'
import type { Flow } from '#core/flow.ts'
import { walletBook } from '#core/portfolio.ts'
import { finalBlock } from '#pipeline/chain/boundary.ts'
import type { ChainHistory, Store } from '#pipeline/ports.ts'
import { below, seeded, testSeed } from '#tests/support/random.ts'
import { openStore } from '#storage/open.ts'
import { newFile, openFile } from '#tests/storage/support/embedded.ts'
import { describeChain } from '../support/anvil.ts'
import {
  expectAddsUp,
  historyAt,
  live,
  newStand,
  OWNER,
  reorganise,
  settle,
  walk,
  WALLETS,
  type Stand,
} from './stand.ts'

describeChain('wallets walk along a chain', () => {
  test('what is read adds up to the balances of the node, and again after more', async () => {
    const random = seeded(testSeed(1))
    const stand = await newStand()
    await live(stand, random, 60)
    await settle(stand)
    await live(stand, random, 10)
    const store = await openFile(newFile())
    const first = await walk(store, historyAt(stand))
    expect(first.faults).toEqual([])
    expect(first.wallets.every(({ done, since }) => done && since === 0)).toBe(true)
    await expectAddsUp(stand, store)
    const hash = await store.canonicalHash()
    const again = await walk(store, historyAt(stand))
    expect(again.blocks).toBeLessThan(first.blocks)
    expect(await store.canonicalHash()).toBe(hash)
    await live(stand, random, 20)
    await settle(stand, 30)
    await walk(store, historyAt(stand))
    await expectAddsUp(stand, store)
    // Read in one go it is the same.
    const other = await openFile(newFile())
    await walk(other, historyAt(stand))
    expect(await other.canonicalHash()).toBe(await store.canonicalHash())
    expect((await store.verify()).damage).toEqual([])
    console.log(await store.flowCount({ owner: OWNER, books: WALLETS.map(walletBook) }), 'flows')
  }, 60_000)

  test('blocks undone while the last final one is looked for leave nothing final that is not', async () => {
    const random = seeded(testSeed(9))
    const stand = await newStand()
    await live(stand, random, 100)
    const history = historyAt(stand)
    let undone = false
    // The blocks that come in their place have earlier times: all of them are before the one that was final.
    const late: ChainHistory = {
      ...history,
      async block(at, signal) {
        const block = await history.block(at, signal)
        if (at === 'finalized' && !undone) {
          undone = true
          await reorganise(stand, random, 98)
        }
        return block
      },
    }
    const { signal } = new AbortController()
    const found = await finalBlock(late, signal)
    const final = await history.block('finalized', signal)
    expect(undone).toBe(true)
    expect(found?.number).toBeLessThanOrEqual(final.number)
  })

  test('blocks that come later in the second that was read to are read, and those that they replace taken back', async () => {
    const stand = await newStand()
    const { stage } = stand
    const [wallet] = WALLETS as [Hex]
    const pay = (time: number) => stage.block([{ from: stage.faucet, to: wallet, value: 1n }], time)
    // The second that is read to has three blocks, and what follows is later.
    for (let n = 0; n < 3; n++) await pay(stand.time)
    for (let n = 1; n <= 70; n++) await pay(stand.time + n * 1_000)
    const history = historyAt(stand)
    const { signal } = new AbortController()
    const store = await openFile(newFile())
    await walk(store, historyAt(stand), {}, [wallet])
    const final = (await history.block('finalized', signal)).number
    const height = await stage.height()
    // What came after the last final block is undone, and blocks of its second come in the place of that.
    await stage.node.rpc('anvil_rollback', [height - final])
    const { time } = await history.block('latest', signal)
    for (let n = 0; n < 4; n++) await pay(time)
    await pay(time + 1_000)
    await walk(store, historyAt(stand), {}, [wallet])
    // These are undone in their turn.
    await stage.node.rpc('anvil_rollback', [5])
    for (let n = 1; n <= 70; n++) await pay(time + n * 1_000)
    await walk(store, historyAt(stand), {}, [wallet])
    const other = await openFile(newFile())
    await walk(other, historyAt(stand), {}, [wallet])
    expect(await store.canonicalHash()).toBe(await other.canonicalHash())
  }, 60_000)

  test('cut off at any write, the next reading ends where an undisturbed one does', async () => {
    const random = seeded(testSeed(2))
    const stand = await newStand()
    await live(stand, random, 25)
    const base = newFile()
    const first = await openStore({ kind: 'embedded', file: base, create: true })
    await walk(first, historyAt(stand))
    await first.close()
    await live(stand, random, 15)
    await settle(stand)
    await live(stand, random, 5)
    // What was not final has become so, and more has come.
    const reference = await cutReading(stand, base, Infinity)
    expect(reference.cut).toBe(false)
    const step = Math.ceil(reference.writes / CUTS)
    for (let at = below(random, step); at < reference.writes; at += step) {
      const reading = await cutReading(stand, base, at)
      expect(reading.cut).toBe(true)
      expect(reading.hash, `write ${at} of ${reference.writes}`).toBe(reference.hash)
    }
  }, 120_000)

  test('blocks undone at any depth between readings take back exactly what they brought', async () => {
    const random = seeded(testSeed(3))
    const stand = await newStand()
    await live(stand, random, 100)
    const store = await openFile(newFile())
    for (let round = 0; round < REORGS; round++) {
      await live(stand, random, 5 + below(random, 10))
      await walk(store, historyAt(stand))
      const depth = 1 + below(random, 100)
      await reorganise(stand, random, depth)
      await walk(store, historyAt(stand))
      await expectAddsUp(stand, store)
      const other = await openFile(newFile())
      await walk(other, historyAt(stand))
      expect(await contentOf(store), `round ${round}, depth ${depth}`).toEqual(await contentOf(other))
    }
  }, 120_000)

  test('blocks undone while they are read are read again', async () => {
    const random = seeded(testSeed(4))
    const stand = await newStand()
    await live(stand, random, 110)
    for (let round = 0; round < REORGS; round++) {
      const store = await openFile(newFile())
      const history = historyAt(stand)
      const reading = walk(store, history)
      let done = false
      void reading.finally(() => (done = true)).catch(() => undefined)
      for (let n = 0; n < 3 && !done; n++) {
        await setTimeout(random() * 300)
        await reorganise(stand, random, 1 + below(random, 100))
      }
      await reading
      await walk(store, historyAt(stand))
      const other = await openFile(newFile())
      await walk(other, historyAt(stand))
      expect(await contentOf(store), `round ${round}`).toEqual(await contentOf(other))
      await expectAddsUp(stand, store)
    }
  }, 120_000)
})

const CUTS = Number(process.env['CUTS'] ?? 12)
const REORGS = Number(process.env['REORGS'] ?? 4)

/** Reads into a copy of a store, dies at one of the writes, and reads again. */
async function cutReading(stand: Stand, base: string, at: number) {
  const file = newFile()
  copyFileSync(base, file)
  let writes = 0
  let armed = false
  const failpoint = () => {
    if (armed && writes++ === at) throw new Error('cut off')
  }
  const first = await openStore({ kind: 'embedded', file, failpoint })
  armed = true
  const cut = await walk(first, historyAt(stand)).then(
    () => false,
    (error: unknown) => String(error).includes('cut off'),
  )
  await first.close()
  const store = await openFile(file)
  expect((await store.verify()).damage).toEqual([])
  await walk(store, historyAt(stand))
  return { cut, writes, hash: await store.canonicalHash() }
}

/** What a store holds, so that a difference can be seen, and its hash, in which nothing is left out. */
async function contentOf(store: Store) {
  const books = WALLETS.map(walletBook)
  const flows = await store.flows({ owner: OWNER, books })
  const balances = await store.balances(OWNER, WALLETS)
  const row = ({ time, wallet, asset, quantity, kind }: Flow) =>
    [new Date(time), wallet, asset, quantity, kind].join(' ')
  return {
    flows: flows.map(row),
    balances: balances.map(({ time, wallet, asset, quantity }) =>
      [new Date(time), wallet, asset, quantity].join(' '),
    ),
    hash: await store.canonicalHash(),
  }
}
