import { expect, test } from 'vitest'
import { asideBook, walletBook } from '#core/portfolio.ts'
import type { Store } from '#pipeline/ports.ts'
import { openFile, newFile } from '#tests/storage/support/embedded.ts'
import { describeChain } from '../support/anvil.ts'
import { account, call, type Tx } from '../support/deploy.ts'
import { expectAddsUp, historyAt, newStand, OWNER, settle, walk, type Stand } from './stand.ts'

const ANN = account('ann')
const DAY = 86_400_000
const PLENTY = 2n ** 255n

describeChain('wallets that are not read from their beginning', () => {
  test('read again from an earlier block have the flows of a reading that began there', async () => {
    const stand = await newStand()
    const { stage, coin } = stand
    const vault = await stage.deploy('Vault')
    await nextDay(stand, { from: stage.faucet, to: ANN, value: 10n ** 19n })
    const early = await nextDay(stand, call(coin, 'mint', [ANN, 2_000n * 10n ** 6n], stage.faucet))
    await nextDay(stand, call(coin, 'approve', [vault.address, PLENTY], ANN))
    await nextDay(stand, call(vault, 'deposit', [coin.address, 1_200n * 10n ** 6n], ANN))
    await nextDay(stand, call(coin, 'mint', [vault.address, 30n * 10n ** 6n], stage.faucet))
    await nextDay(stand, call(vault, 'credit', [coin.address, ANN, 30n * 10n ** 6n, false], stage.faucet))
    const late = await nextDay(stand, call(vault, 'withdraw', [coin.address, 400n * 10n ** 6n], ANN))
    await nextDay(stand, call(vault, 'withdraw', [coin.address, 830n * 10n ** 6n], ANN))
    await settle(stand)
    const store = await openFile(newFile())
    await walk(store, historyAt(stand), { first: { time: late - DAY / 2 } }, [ANN])
    expect(await coinsOf(store)).toEqual(['opening 800', 'deposit 400', 'deposit 830'])
    await walk(store, historyAt(stand), { first: { time: early - DAY / 2 } }, [ANN])
    const clean = await openFile(newFile())
    await walk(clean, historyAt(stand), { first: { time: early - DAY / 2 } }, [ANN])
    expect(await coinsOf(clean)).toContain('income 30')
    expect(await coinsOf(store)).toEqual(await coinsOf(clean))
    expect(await store.canonicalHash()).toBe(await clean.canonicalHash())
    await expectAddsUp(stand, store, [ANN])
  }, 60_000)
})

/** One transaction, a day after the one before. @returns its time */
async function nextDay(stand: Stand, tx: Tx): Promise<number> {
  stand.time += DAY
  const [mined] = await stand.stage.block([tx], stand.time)
  expect(mined?.failed).toBe(false)
  return stand.time
}

/** What the wallet's own flows of the coin say. */
async function coinsOf(store: Store): Promise<string[]> {
  const flows = await store.flows({ owner: OWNER, books: [walletBook(ANN), asideBook(ANN)] })
  return flows
    .filter(({ asset, wallet }) => asset === 'usd-coin' && wallet === ANN)
    .map(({ kind, quantity }) => `${kind} ${quantity}`)
}
