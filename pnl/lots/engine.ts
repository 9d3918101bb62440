import type { AssetId } from '#core/asset.ts'
import { allocate } from './allocate.ts'
import { type Calendar, calendarOf } from './calendar.ts'
import { dispose, leave } from './dispose.ts'
import type { Entry, Move } from './entry.ts'
import { type Exact, NOUGHT, isZero, plusKnown, textOrNull } from './exact.ts'
import { type Holders, hold } from './holders.ts'
import { type Lot, PLANS } from './lot.ts'
import { arrive, depart } from './move.ts'
import { type Pool, newPool, poolKey, transitKey } from './pool.ts'
import { receive } from './receive.ts'
import { reportUnpriced } from './problems.ts'
import { type Rows, emptyRows, sourceOf } from './rows.ts'
import { type LotSettings, methodFor } from './settings.ts'
import { restate } from './split.ts'
import { type Sums, addTo, emptySums } from './sums.ts'
import type { Claims } from './claims.ts'

/**
 * The lots of some assets whose lots can reach one another, and the one reducer over their entries. Entries are applied
 * in order; what they bring about goes to `rows`, which the caller takes away stretch by stretch.
 */
export class LotEngine {
  readonly settings: LotSettings
  readonly base: AssetId
  readonly calendar: Calendar
  /** What disposals claim of purchases ahead of them (method `uk`). */
  claims: Claims
  pools = new Map<string, Pool>()
  sums = new Map<AssetId, Sums>()
  /** Holdings of wallets as flows say, where they will be needed for the allocation. */
  holders: Holders = new Map()
  rows: Rows = emptyRows()
  serial = 0
  allocated = false
  /** The latest moment that it came to. */
  clock = -Infinity

  constructor(settings: LotSettings, base: AssetId, claims: Claims) {
    this.settings = settings
    this.base = base
    this.claims = claims
    this.calendar = calendarOf(settings.timeZone, settings.longTerm)
  }

  apply(entry: Entry): void {
    this.reach(entry.place.time)
    this.clock = entry.place.time
    this.sumsOf(entry.asset)
    if (this.settings.walletFrom !== null && !this.allocated) hold(this.holders, entry)
    switch (entry.role) {
      case 'in':
        return receive(this, entry)
      case 'out':
        return entry.kind === 'gift' && this.settings.gifts === 'cost'
          ? leave(this, entry)
          : dispose(this, entry)
      case 'leave':
        return leave(this, entry)
      case 'depart':
        return this.realises(entry) ? dispose(this, entry) : depart(this, entry)
      case 'arrive':
        return this.realises(entry) ? receive(this, entry) : arrive(this, entry)
      case 'split':
        return restate(this, entry)
      case 'amount':
        if (entry.income) this.earn(entry)
        this.charge(entry, false)
    }
  }

  /** Comes to a moment: pools become the wallets' own where that is due. */
  reach(time: number): void {
    const from = this.settings.walletFrom
    if (from === null || this.allocated || this.settings.scope === 'wallet' || time < from) return
    this.allocated = true
    if (from > this.clock) this.clock = from
    allocate(this, from)
  }

  private realises(entry: Entry): boolean {
    return entry.move?.convert === true && this.settings.wraps === 'realise'
  }

  /** Whether pools are the wallets' own now. */
  get byWallet(): boolean {
    return this.settings.scope === 'wallet' || this.allocated
  }

  /** The pool of an asset in a wallet, by the method of the year. */
  pool(asset: AssetId, wallet: string, time: number): Pool {
    return this.open(
      poolKey(asset, this.byWallet ? wallet : null),
      asset,
      this.byWallet ? wallet : null,
      time,
    )
  }

  /** The pool of what is on its way. */
  transit(move: Move, asset: AssetId, time: number): Pool {
    return this.open(transitKey(asset, move.key), asset, 'in-transit', time)
  }

  /** Forgets a way on which nothing is left. */
  tidy(move: Move, asset: AssetId): void {
    const key = transitKey(asset, move.key)
    if (isZero(this.pools.get(key)?.long.total ?? NOUGHT)) this.pools.delete(key)
  }

  private open(key: string, asset: AssetId, wallet: string | null, time: number): Pool {
    const method = methodFor(this.settings, asset, this.calendar.year(time))
    let pool = this.pools.get(key)
    if (pool === undefined) this.pools.set(key, (pool = newPool(asset, wallet, method)))
    if (pool.method !== method) {
      pool.method = method
      pool.long.replan(PLANS[method])
      pool.short.replan(PLANS[method])
    }
    return pool
  }

  sumsOf(asset: AssetId): Sums {
    let sums = this.sums.get(asset)
    if (sums === undefined) this.sums.set(asset, (sums = emptySums()))
    return sums
  }

  /** Whether a move stays within one pool. */
  stays(move: Move): boolean {
    return !move.convert && (!this.byWallet || move.wallets.length === 1)
  }

  /** A lot goes to its side of a pool, and to the rows. */
  place(pool: Pool, lot: Lot, listed = true): void {
    if (listed) this.rows.lots.push(lot)
    ;(lot.short ? pool.short : pool.long).add(lot)
  }

  earn({ place, flow, asset, kind, value }: Entry): void {
    addTo(this.sumsOf(asset), 'income', value)
    const row = this.amountRow(flow, asset, kind, value, false)
    this.rows.incomes.push({ place, row })
  }

  /**
   * Counts an entry's charges.
   * @param trades whether it buys or sells, so that the fees of a trade join it under `basis`
   * @returns what joins its cost or proceeds; null where the fee's price is missing
   */
  charge(entry: Entry, trades: boolean): Exact | null {
    let joined: Exact | null = NOUGHT
    const ofTrade = trades && entry.joins
    for (const { flow, value } of entry.charges) {
      if (ofTrade && this.settings.fees === 'basis') {
        joined = plusKnown(joined, value)
        continue
      }
      const sums = this.sumsOf(entry.asset)
      addTo(sums, 'costs', value)
      if (ofTrade) addTo(sums, 'fees', value)
      const kind = flow.kind === 'rebase' || flow.kind === 'gas' || flow.kind === 'lost' ? flow.kind : 'fee'
      this.rows.costs.push({
        place: entry.place,
        row: this.amountRow(flow, entry.asset, kind, value, ofTrade),
      })
    }
    reportUnpriced(this, entry)
    return joined
  }

  private amountRow(
    flow: Entry['flow'],
    asset: AssetId,
    kind: Entry['kind'],
    value: Exact | null,
    ofTrade: boolean,
  ): Rows['costs'][number]['row'] {
    return {
      flow: flow.id,
      source: sourceOf(flow),
      asset: asset === this.base ? null : asset,
      time: flow.time,
      kind,
      amount: textOrNull(value),
      ofTrade,
    }
  }
}
