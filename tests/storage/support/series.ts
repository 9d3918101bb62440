import type { AssetId } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import type { Hour } from '#core/hour.ts'
import type { Store } from '#pipeline/ports.ts'
import { below, pick, seeded, type Random } from '#tests/support/random.ts'
import {
  balanceOf,
  batchOf,
  BTC,
  coinOf,
  ETH,
  flowOf,
  gapOf,
  hour,
  importOf,
  pnlMonthOf,
  portfolioOf,
  runOf,
  suspectOf,
} from './values.ts'

/** One piece of work on a store, as a job does it: a single call, all of it or nothing. */
export type Step = (store: Store) => Promise<unknown>

const ASSETS = [BTC, ETH, 'tether' as AssetId]
const MONTHS = ['2026-01', '2026-02', '2026-03']

/**
 * A series of writes such as days of ingestion make, equal for equal seeds. Doing it again from the start, on whatever
 * an interrupted run left, ends in the same content.
 */
export function seriesOfSteps(seed: number, length = 40): Step[] {
  const random = seeded(seed)
  const ledger = Array.from({ length: 60 }, (_, n) => randomFlow(random, n))
  const kinds = [prices, prices, prices, gaps, mirror, wallet, coins, people, pnl, books, chain]
  return Array.from({ length }, (_, n) => (kinds[n % kinds.length] as typeof prices)(random, ledger))
}

type Maker = (random: Random, ledger: readonly Flow[]) => Step

/** Windows that overlap, with late samples, revised ones, empty hours, suspects and gaps. */
const prices: Maker = (random) => {
  const writes = Array.from({ length: 1 + below(random, 3) }, () => {
    const asset = pick(random, ASSETS)
    const from = below(random, 2000)
    const length = 1 + below(random, 200)
    const values = Array.from({ length }, () => (random() < 0.1 ? NaN : Math.round(random() * 1e6) / 100))
    const inside = (from + below(random, length)) as Hour
    return {
      run: runOf(values, from, { asset }),
      suspects: random() < 0.3 ? [suspectOf(hour(inside) + 60_000, { asset })] : [],
      gaps: random() < 0.3 ? [gapOf(inside, inside + 1, { asset })] : [],
    }
  })
  return (store) => store.writePrices(writes)
}

const gaps: Maker = (random) => {
  const from = below(random, 2000)
  const gap = gapOf(from, from + 1 + below(random, 100), {
    asset: pick(random, ASSETS),
    reason: 'plan-reach',
  })
  return (store) => store.writeGaps([gap])
}

/** A flows file in which rows came and went since it was read last. */
const mirror: Maker = (random, ledger) => {
  const rows = ledger.filter(() => random() < 0.8)
  return (store) => store.importFlows(importOf(rows))
}

/** The same transfers as a wallet's history tells them. */
const wallet: Maker = (random, ledger) => {
  const rows = ledger.filter(() => random() < 0.3).map((flow) => ({ ...flow, id: `w${flow.id}` }))
  return (store) =>
    store.importFlows(importOf(rows, { book: 'wallet:0xab', source: 'allium', file: null, mode: 'add' }))
}

/** What a wallet's chain tells of some days, undone and told otherwise the next time. */
const chain: Maker = (random, ledger) => {
  const [after, until] = [below(random, 1000), 1000 + below(random, 1000)].map(hour) as [Hour, Hour]
  const rows = ledger
    .filter(({ time }) => time > after && time <= until && random() < 0.5)
    .map((flow) => ({ ...flow, id: `c${flow.id}` }))
  const records = rows.map(({ id }) => ({ owner: 'local', kind: 'nft', key: id, value: 'v'.repeat(50) }))
  const scope = { owner: 'local', wallet: '0xab', chain: 'eip155:1', source: 'allium', after: 20 }
  const balances = Array.from({ length: 5 }, () =>
    balanceOf(21 + below(random, 30), String(below(random, 99))),
  )
  return pick(random, [
    (store: Store) =>
      store.importFlows(
        importOf(rows, {
          ...{ book: 'wallet:0xab', source: 'rpc:ethereum', file: null },
          ...{ mode: 'span', span: { after, until } },
        }),
      ),
    (store: Store) => store.writeRecords({ put: records.slice(3), drop: records.slice(0, 3) }),
    (store: Store) => store.replaceBalances(scope, balances),
  ])
}

const coins: Maker = (random) => {
  const list = Array.from({ length: 30 }, (_, n) => coinOf(`coin-${below(random, 60)}`, n))
  const tokens = ASSETS.map((asset) => ({
    asset,
    chain: 'base',
    contract: 'native',
    decimals: 18,
    symbol: 'x',
  }))
  const readAt = below(random, 1e6)
  return random() < 0.5
    ? (store) => store.writeCoins(list, readAt)
    : (store) => store.writeTokens(tokens, readAt)
}

const people: Maker = (random) => {
  const portfolio = portfolioOf(pick(random, ['main', 'second']))
  const rows = Array.from({ length: 20 }, () => balanceOf(below(random, 50), String(below(random, 1000))))
  return random() < 0.5 ? (store) => store.writePortfolio(portfolio) : (store) => store.writeBalances(rows)
}

/** A batch with its month, and another dropped: one transaction. */
const pnl: Maker = (random) => {
  const month = pick(random, MONTHS)
  const batches = ['a', 'b'].map((wallet) => batchOf(month, wallet, Array.from({ length: 500 }, random)))
  const months = [pnlMonthOf(month, { key: `k${below(random, 1e6)}` })]
  const droppedBatches = [batchOf(pick(random, MONTHS), 'c', [])]
  return (store) => store.writePnl({ batches, months, droppedBatches, droppedMonths: [] })
}

/** What is written in every run beside the content. */
const books: Maker = (random) => {
  const from = below(random, 100)
  const [calls, now] = [below(random, 10), below(random, 1e6)]
  return pick(random, [
    (store: Store) => store.coverFlows('local', 'wallet:0xab', from, from + 60),
    (store: Store) => store.addCalls('coingecko', pick(seeded(calls), MONTHS) as never, calls),
    (store: Store) => store.acquireLease('pipeline', 'me', 1, now),
  ])
}

function randomFlow(random: Random, n: number): Flow {
  const time = hour(below(random, 2000)) + below(random, 3600) * 1000
  const sign = random() < 0.5 ? '-' : ''
  return flowOf(`f${n}`, {
    time,
    line: n + 2,
    asset: pick(random, ASSETS),
    quantity: `${sign}${1 + below(random, 1e9)}.000000000000000001`,
    kind: sign === '' ? 'buy' : 'sell',
    tx: random() < 0.7 ? `0x${below(random, 30)}` : null,
    note: 'n'.repeat(below(random, 200)),
  })
}
