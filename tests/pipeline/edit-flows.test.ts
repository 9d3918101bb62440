import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, onTestFinished } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { UNDETAILED, type Flow } from '#core/flow.ts'
import { addHours, type Hour } from '#core/hour.ts'
import { portfolioBook, type Portfolio } from '#core/portfolio.ts'
import { contentKey } from '#ingestion/flows-csv/row.ts'
import { editFlow, removeFlow, restoreFlow } from '#pipeline/jobs/edit-flow.ts'
import { applyMatches, proposeMatches, undoMatches } from '#pipeline/jobs/match-transfers.ts'
import type { Store } from '#pipeline/ports.ts'
import { pnlReport } from '#pipeline/queries/pnl.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { openStore } from '#storage/open.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { USD } from '#tests/support/ledgers.ts'
import { candles, content, storedPnl, write } from './pnl-history.ts'

const BTC = 'bitcoin' as AssetId
/** Three months of prices that move every hour. */
const FROM = Date.UTC(2026, 0, 30) as Hour
const HOURS = 33 * 24
const NOW = addHours(FROM, HOURS)
const BY = { who: 'ann', why: 'a test' }
const MATCHING = { windowMs: 48 * 3_600_000, feeShare: 0.05 }
const portfolio: Portfolio = {
  owner: 'local',
  name: 'main',
  baseCurrency: USD,
  wallets: [],
  holdings: [],
  flowsFile: null,
}

const place = { owner: 'local', book: portfolioBook('main'), source: 'file' }
function flow(
  hours: number,
  kind: Flow['kind'],
  quantity: string,
  wallet: string,
  more: Partial<Flow> = {},
): Flow {
  const row = {
    ...UNDETAILED,
    time: addHours(FROM, hours) + 60_000,
    asset: BTC,
    quantity,
    kind,
    wallet,
    ...more,
  }
  return { ...row, ...place, id: contentKey(place, row) }
}
const BOUGHT = flow(1, 'buy', '2', 'a', { unitPrice: '100' })
const SENT = flow(2, 'withdraw', '-1', 'a', { tx: '0x1' })
const CAME = flow(4, 'deposit', '0.999', 'b', { tx: '0x2', source: 'other' })
const LATE = flow(30 * 24, 'buy', '1', 'a', { unitPrice: '300' })
const LEDGER = [BOUGHT, SENT, CAME, LATE]

async function opened(): Promise<Store> {
  const folder = temporaryFolder()
  const store = await openStore({ kind: 'embedded', file: join(folder, 'store.db'), create: true })
  onTestFinished(async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })
  await write(
    store,
    candles(
      BTC,
      'coingecko',
      FROM,
      Array.from({ length: HOURS + 1 }, (_, n) => 100 + n / 4),
      0,
    ),
  )
  await mirror(store)
  return store
}

const mirror = (store: Store, flows: readonly Flow[] = LEDGER) =>
  store.importFlows({ ...place, file: '/data/f.csv', mode: 'mirror', at: 1, flows: [flows] })
const report = (store: Store, rebuild = false) =>
  pnlReport(
    { portfolio, quote: USD, mode: 'flows', from: FROM, to: NOW, now: NOW, rebuild },
    store,
    DEFAULT_SETTINGS,
  )
const io = (store: Store) => ({ store, now: () => NOW as number })

/** After any change: what was computed bit by bit is what a rebuild gives. */
async function expectAsRebuilt(store: Store): Promise<void> {
  const incremental = content(await report(store))
  const pnl = await storedPnl(store)
  expect(content(await report(store, true))).toEqual(incremental)
  expect((await storedPnl(store)).batches).toEqual(pnl.batches)
}

test('an edit computes its months again and nothing before them; the result is that of a rebuild', async () => {
  const store = await opened()
  await report(store)
  const keys = await store.pnlKeys('local', 'main', USD)
  const { before, after } = await editFlow(
    { portfolio, id: LATE.id, change: { quantity: '3' }, ...BY },
    io(store),
  )
  expect([before.quantity, after.quantity, after.unitPrice]).toEqual(['1', '3', '300'])
  await expectAsRebuilt(store)
  const moved = (await store.pnlKeys('local', 'main', USD)).map(({ month, key }, at) => [
    month,
    key !== keys[at]?.key,
  ])
  expect(moved).toEqual([
    ['2026-01', false],
    ['2026-02', false],
    ['2026-03', true],
  ])
})

test('edited to another month, a flow moves both; taken back, everything is as it was', async () => {
  const store = await opened()
  const first = content(await report(store))
  const hash = await store.canonicalHash()
  const { after } = await editFlow(
    { portfolio, id: LATE.id, change: { time: addHours(FROM, 100) }, ...BY },
    io(store),
  )
  await expectAsRebuilt(store)
  expect(content(await report(store))).not.toEqual(first)
  await restoreFlow({ portfolio, id: after.id, ...BY }, io(store))
  expect(content(await report(store))).toEqual(first)
  expect(await store.canonicalHash()).toBe(hash)
})

test('removed stays removed, whatever the mirror brings', async () => {
  const store = await opened()
  await removeFlow({ portfolio, id: CAME.id, ...BY }, io(store))
  await expectAsRebuilt(store)
  expect(await mirror(store)).toMatchObject({ added: 0, byHand: 1, unchanged: 3 })
  expect(await store.flowCount({ owner: 'local', books: [place.book] })).toBe(3)
  await restoreFlow({ portfolio, id: CAME.id, ...BY }, io(store))
  expect(await mirror(store)).toMatchObject({ added: 0, unchanged: 4 })
})

test('the beginning of an id, as tables show it, names a flow where it is the only one', async () => {
  const store = await opened()
  const short = LATE.id.slice(0, 12)
  expect((await removeFlow({ portfolio, id: short, ...BY }, io(store))).id).toBe(LATE.id)
  const [back] = await restoreFlow({ portfolio, id: short, ...BY }, io(store))
  expect(back?.flow.id).toBe(LATE.id)
  await expect(removeFlow({ portfolio, id: LATE.id.slice(0, 7), ...BY }, io(store))).rejects.toThrow(
    'no flow',
  )
  const twins = ['1', '2'].map((end) => ({ ...LATE, id: `${'ab'.repeat(8)}${end}`, file: null }))
  await store.importFlows({ ...place, file: null, mode: 'add', at: 1, flows: [twins] })
  await expect(removeFlow({ portfolio, id: 'ab'.repeat(8), ...BY }, io(store))).rejects.toThrow(
    '2 flows have an id that begins with',
  )
})

test('an edit twice over is taken back step by step; the first only after the second', async () => {
  const store = await opened()
  const one = await editFlow({ portfolio, id: LATE.id, change: { quantity: '3' }, ...BY }, io(store))
  const two = await editFlow({ portfolio, id: one.after.id, change: { quantity: '4' }, ...BY }, io(store))
  await expect(restoreFlow({ portfolio, id: LATE.id, ...BY }, io(store))).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  })
  await restoreFlow({ portfolio, id: two.after.id, ...BY }, io(store))
  await restoreFlow({ portfolio, id: LATE.id, ...BY }, io(store))
  expect(await store.flows({ owner: 'local', books: [place.book] })).toEqual(
    LEDGER.map((each) => expect.objectContaining({ id: each.id }) as Flow),
  )
})

test('what makes no sense is refused, and nothing is changed', async () => {
  const store = await opened()
  const hash = await store.canonicalHash()
  const edit = (id: string, change: object) => editFlow({ portfolio, id, change, ...BY }, io(store))
  for (const [id, change] of [
    ['none', { quantity: '1' }],
    [LATE.id, { quantity: '-1' }],
    [LATE.id, { quantity: '0' }],
    [LATE.id, { fee: '-1' }],
    [LATE.id, { quantity: '1' }],
  ] as const)
    await expect(edit(id, change)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  await expect(removeFlow({ portfolio, id: 'none', ...BY }, io(store))).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  })
  await expect(restoreFlow({ portfolio, id: LATE.id, ...BY }, io(store))).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  })
  expect(await store.canonicalHash()).toBe(hash)
})

test('a recorded pair is one transfer, survives the mirror, and can be taken back', async () => {
  const store = await opened()
  const first = content(await report(store))
  const { pairs, unpaired } = await proposeMatches(portfolio, MATCHING, { store })
  expect(pairs.map(({ sent, received, sure }) => [sent.flow.id, received.flow.id, sure])).toEqual([
    [SENT.id, CAME.id, 'likely'],
  ])
  expect(unpaired).toEqual([])
  expect(await applyMatches(portfolio, pairs, BY, io(store))).toBe(1)
  const stored = await store.flows({ owner: 'local', books: [place.book] })
  expect(stored.map(({ kind }) => kind)).toEqual(['buy', 'transfer', 'transfer', 'buy'])
  expect(new Set(stored.slice(1, 3).map(({ tx }) => tx)).size).toBe(1)
  await expectAsRebuilt(store)
  // On its way it is the portfolio's still: both bitcoins count, less what the way took when it arrived.
  const { total } = await report(store)
  expect([total.value[3], total.value[4], total.value[5]]).toEqual([2 * 100.75, 2 * 101, 1.999 * 101.25])
  expect(await mirror(store)).toMatchObject({ added: 0, retired: 0, byHand: 2, unchanged: 2 })
  expect((await proposeMatches(portfolio, MATCHING, { store })).pairs).toEqual([])
  expect(await store.flows({ owner: 'local', books: [place.book] })).toEqual(stored)
  expect(await undoMatches(portfolio, ['none'], BY, io(store))).toEqual([])
  expect(await undoMatches(portfolio, null, BY, io(store))).toHaveLength(2)
  expect(content(await report(store))).toEqual(first)
  expect(await mirror(store)).toMatchObject({ added: 0, unchanged: 4 })
})
