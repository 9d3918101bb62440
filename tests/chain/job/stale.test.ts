import { copyFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import type { Token } from '#core/coin.ts'
import { asideBook, walletBook } from '#core/portfolio.ts'
import type { Hex } from '#ingestion/evm/types.ts'
import type { Store } from '#pipeline/ports.ts'
import { openStore } from '#storage/open.ts'
import { newFile, openFile } from '#tests/storage/support/embedded.ts'
import { describeChain } from '../support/anvil.ts'
import { account, call, type Deployed } from '../support/deploy.ts'
import { historyAt, newStand, OWNER, settle, walk, type Stand } from './stand.ts'

const HOT = account('hot')
const COLD = account('cold')
const DAY = 86_400_000

describeChain('what a reading rested on has changed', () => {
  test('a token that the list names later has one asset, as if it had been named from the beginning', async () => {
    const { stand, token } = await someDays()
    const list = [linkAt(token)]
    const named = () => historyAt(stand, stand.stage.node.url, list)
    const base = newFile()
    await reading(base, (store) => walk(store, historyAt(stand), {}, [HOT]))
    // What was not final then has its first id, too.
    await settle(stand)
    await pay(stand, token, 5)
    const clean = await openFile(newFile())
    await walk(clean, named(), {}, [HOT])
    const hash = await clean.canonicalHash()
    const again: string[] = []
    const onAgain = (wallet: Hex, why: string) => again.push(`${wallet} ${why}`)
    const store = await openFile(copyOf(base))
    await walk(store, named(), { onAgain }, [HOT])
    expect(again).toEqual([`${HOT} the token ${token.address} is known as chainlink by now`])
    expect(await assetsOf(store)).toEqual(['chainlink', 'ethereum'])
    expect(await store.canonicalHash()).toBe(hash)
    await walk(store, named(), { onAgain }, [HOT])
    expect(again).toHaveLength(1)
    expect(await store.canonicalHash()).toBe(hash)
    await expectUncut(base, hash, (cut) => walk(cut, named(), {}, [HOT]))
  }, 90_000)

  test('a record from before assets were kept is read anew where flows have the id of a token by now named', async () => {
    const { stand, token } = await someDays()
    const list = [linkAt(token)]
    const store = await openFile(newFile())
    await walk(store, historyAt(stand), {}, [HOT])
    const records = await store.records({ owner: OWNER, kind: 'read:scan' })
    const old = records.map((record) => {
      const { assets, ...standing } = JSON.parse(record.value) as Record<string, unknown>
      expect(assets).toHaveProperty(token.address)
      return { ...record, value: JSON.stringify(standing) }
    })
    await store.writeRecords({ put: old })
    await walk(store, historyAt(stand, stand.stage.node.url, list), {}, [HOT])
    expect(await assetsOf(store)).toEqual(['chainlink', 'ethereum'])
  }, 60_000)

  test('a wallet that is added later makes transfers of what went to it, as if both had been read together', async () => {
    const { stand, token } = await someDays()
    const base = newFile()
    const one = { ownMark: 'one', isOwn: (address: string) => address === HOT }
    const both = { ownMark: 'both', isOwn: (address: string) => address === HOT || address === COLD }
    await reading(base, (store) => walk(store, historyAt(stand), one, [HOT]))
    await pay(stand, token, 5)
    const clean = await openFile(newFile())
    await walk(clean, historyAt(stand), both, [HOT, COLD])
    const hash = await clean.canonicalHash()
    const again: Hex[] = []
    const onAgain = (wallet: Hex) => again.push(wallet)
    const store = await openFile(copyOf(base))
    expect(await kindsOf(store)).toContain('withdraw')
    await walk(store, historyAt(stand), { ...both, onAgain }, [HOT, COLD])
    expect(again).toEqual([HOT])
    expect(await kindsOf(store)).toContain('transfer')
    expect(await kindsOf(store)).not.toContain('withdraw')
    expect(await store.canonicalHash()).toBe(hash)
    await walk(store, historyAt(stand), { ...both, onAgain }, [HOT, COLD])
    expect(again).toEqual([HOT])
    await expectUncut(base, hash, (cut) => walk(cut, historyAt(stand), both, [HOT, COLD]))
  }, 90_000)
})

/** Two months in which the first wallet gets ether and a token that nobody knows, and pays the second. */
async function someDays(): Promise<{ stand: Stand; token: Deployed }> {
  const stand = await newStand()
  const { stage } = stand
  const token = await stage.deploy('Coin', ['Link', 'LINK', 18])
  await stage.block([{ from: stage.faucet, to: HOT, value: 10n ** 19n }], (stand.time += DAY))
  await stage.block([call(token, 'mint', [HOT, 12n * 10n ** 18n], stage.faucet)], (stand.time += DAY))
  for (let n = 0; n < 4; n++) await pay(stand, token, 10)
  await settle(stand)
  await pay(stand, token, 1)
  return { stand, token }
}

async function pay(stand: Stand, token: Deployed, days: number): Promise<void> {
  const txs = [call(token, 'transfer', [COLD, 10n ** 18n], HOT), { from: HOT, to: COLD, value: 10n ** 17n }]
  const mined = await stand.stage.block(txs, (stand.time += days * DAY))
  expect(mined.map(({ failed }) => failed)).toEqual([false, false])
}

/** Cut off at several of its writes, the next reading ends in the same. */
async function expectUncut(base: string, hash: string, read: (store: Store) => Promise<unknown>) {
  for (let at = 0; ; at += 23) {
    const file = copyOf(base)
    let writes = 0
    const failpoint = () => {
      if (writes++ === at) throw new Error('cut off')
    }
    const first = await openStore({ kind: 'embedded', file, failpoint })
    const whole = await read(first).then(
      () => true,
      (error: unknown) => !String(error).includes('cut off'),
    )
    await first.close()
    if (whole) return
    await reading(file, async (store) => {
      await read(store)
      expect(await store.canonicalHash(), `write ${at}`).toBe(hash)
    })
  }
}

function copyOf(base: string): string {
  const file = newFile()
  copyFileSync(base, file)
  return file
}

async function reading(file: string, read: (store: Store) => Promise<unknown>): Promise<void> {
  const store = await openStore({ kind: 'embedded', file, create: true })
  await read(store)
  await store.close()
}

const linkAt = ({ address }: Deployed): Token => ({
  ...{ chain: 'eip155:1', contract: address, decimals: 18 },
  ...{ asset: 'chainlink' as AssetId, symbol: 'LINK' },
})

const booksOf = [walletBook(HOT), asideBook(HOT)]
const assetsOf = async (store: Store) =>
  (await store.flowAssets(OWNER, booksOf)).map(({ asset }) => asset as string)
const kindsOf = async (store: Store) =>
  (await store.flows({ owner: OWNER, books: booksOf })).map(({ kind }) => kind as string)
