import { expect, test } from 'vitest'
import type { Hex } from 'viem'
import { byBytes } from '#core/asset.ts'
import { asideBook, walletBook } from '#core/portfolio.ts'
import { decideToken } from '#pipeline/chain/known-tokens.ts'
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

  test('hold what they had before and never moved since, where it is bundled or the store knows of it', async () => {
    const stand = await newStand()
    const { stage, coin } = stand
    const rare = await stage.deploy('Coin', ['Rare Coin', 'RARE', 18])
    await nextDay(stand, { from: stage.faucet, to: ANN, value: 10n ** 19n })
    await nextDay(stand, call(coin, 'mint', [ANN, 1_500n * 10n ** 6n], stage.faucet))
    await nextDay(stand, call(rare, 'mint', [ANN, 7n * 10n ** 18n], stage.faucet))
    const late = await nextDay(stand, { from: stage.faucet, to: ANN, value: 10n ** 18n })
    await settle(stand)
    const first = { time: late - DAY / 2 }
    const store = await openFile(newFile())
    const { faults } = await walk(store, historyAt(stand), { first }, [ANN])
    expect(faults).toEqual([expect.stringContaining('that have not moved since')])
    expect(await allOf(store)).toEqual(['opening 10 ethereum', 'opening 1500 usd-coin', 'deposit 1 ethereum'])
    expect((await store.balances(OWNER, [ANN])).map(({ asset }) => asset)).toContain('usd-coin')
    await expectAddsUp(stand, store, [ANN])
    // Read again it is no opening twice.
    await walk(store, historyAt(stand), { first }, [ANN])
    await expectAddsUp(stand, store, [ANN])
    const knowing = await openFile(newFile())
    const decision = { decision: 'confirmed', at: 1, who: 'ann', why: 'mine' } as const
    const contract = rare.address.toLowerCase() as Hex
    const chain = historyAt(stand).chain
    await decideToken(knowing, OWNER, { chain, contract }, decision)
    await walk(knowing, historyAt(stand), { first }, [ANN])
    expect(await allOf(knowing)).toContain(`opening 7 eip155:1/erc20:${contract}`)
    const whole = await openFile(newFile())
    expect((await walk(whole, historyAt(stand), {}, [ANN])).faults).toEqual([])
  }, 60_000)
})

/** One transaction, a day after the one before. @returns its time */
async function nextDay(stand: Stand, tx: Tx): Promise<number> {
  stand.time += DAY
  const [mined] = await stand.stage.block([tx], stand.time)
  expect(mined?.failed).toBe(false)
  return stand.time
}

/** What the wallet's own flows say, those of one time in the order of their words. */
async function allOf(store: Store): Promise<string[]> {
  const flows = await store.flows({ owner: OWNER, books: [walletBook(ANN), asideBook(ANN)] })
  const words = flows
    .filter(({ wallet }) => wallet === ANN)
    .map(({ time, kind, quantity, asset }) => ({ time, text: `${kind} ${quantity} ${asset}` }))
  return words.sort((a, b) => a.time - b.time || byBytes(a.text, b.text)).map(({ text }) => text)
}

/** The same of the coin alone. */
async function coinsOf(store: Store): Promise<string[]> {
  return (await allOf(store)).flatMap((text) =>
    text.endsWith(' usd-coin') ? [text.slice(0, -' usd-coin'.length)] : [],
  )
}
