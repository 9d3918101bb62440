import { type Claim, type DayTrades, NO_CLAIMS, matchAhead } from './ahead.ts'
import type { Calendar } from './calendar.ts'
import type { Entry } from './entry.ts'
import { type Exact, NOUGHT, minus, plus, portion } from './exact.ts'
import { PLANS } from './lot.ts'
import { byPlace } from './place.ts'
import { poolKey } from './pool.ts'
import { type LotSettings, methodFor } from './settings.ts'
import { SplitRatios } from './split-ratios.ts'

/** Days before a change in which disposals may look at it. */
export const LOOK_AHEAD_DAYS = 31

/** Which disposals claim which purchases outside the pool; empty for methods that do not look ahead. */
export class Claims {
  private readonly byOut = new Map<Entry, Claim[]>()
  private readonly byIn = new Map<Entry, Claim[]>()
  private readonly ratios = new Map<string, SplitRatios>()
  private readonly settings: LotSettings
  private readonly calendar: Calendar

  constructor(settings: LotSettings, calendar: Calendar) {
    this.settings = settings
    this.calendar = calendar
  }

  /** What disposals claim of a purchase, in their order. */
  on(entry: Entry): readonly Claim[] {
    return this.byIn.get(entry) ?? NO_CLAIMS
  }

  /** What a disposal claims, in the order of the rules. */
  by(entry: Entry): readonly Claim[] {
    return this.byOut.get(entry) ?? NO_CLAIMS
  }

  /**
   * What of a pool no lot shows at a split, in the unit before it: disposed of and met by a purchase that is yet to come
   * (negative), or bought and claimed by a disposal that is yet to come.
   */
  pending(split: Entry): Exact {
    const key = this.keyOf(split)
    const ratios = this.ratios.get(key)
    let sum = NOUGHT
    if (ratios === undefined) return sum
    for (const claims of this.byOut.values()) {
      for (const { out, in: bought, quantity, size } of claims) {
        const [gone, come] = [byPlace(out.place, split.place) < 0, byPlace(bought.place, split.place) < 0]
        if (gone === come || this.keyOf(out) !== key) continue
        const { before, after } = ratios.between((gone ? out : bought).place, split.place)
        const there = portion(gone ? quantity : size, after, before)
        sum = gone ? minus(sum, there) : plus(sum, there)
      }
    }
    return sum
  }

  /**
   * Matches again from a local day on; what disposals before it claimed stands.
   * @param before entries as they were, from that day on
   * @param entries all entries as they are now, in order
   */
  renew(before: readonly Entry[], entries: readonly Entry[], fromDay: number): void {
    for (const entry of before) this.forget(entry, fromDay)
    for (const [key, pool] of this.pools(entries)) this.match(key, pool, fromDay)
  }

  private forget(out: Entry, fromDay: number): void {
    const claims = this.byOut.get(out)
    if (claims === undefined || this.calendar.day(out.place.time) < fromDay) return
    this.byOut.delete(out)
    for (const claim of claims) {
      const rest = (this.byIn.get(claim.in) ?? []).filter((other) => other !== claim)
      if (rest.length === 0) this.byIn.delete(claim.in)
      else this.byIn.set(claim.in, rest)
    }
  }

  /** Entries by the pool that they draw from; pools that hold no disposal that looks ahead are left out. */
  private pools(entries: readonly Entry[]): Map<string, Entry[]> {
    const pools = new Map<string, Entry[]>()
    const looking = new Set<string>()
    for (const entry of entries) {
      const key = this.keyOf(entry)
      const pool = pools.get(key)
      if (pool === undefined) pools.set(key, [entry])
      else pool.push(entry)
      if (this.looksAhead(entry)) looking.add(key)
    }
    for (const key of pools.keys()) if (!looking.has(key)) pools.delete(key)
    return pools
  }

  private keyOf({ asset, wallet, place }: Entry): string {
    const { scope, walletFrom } = this.settings
    if (scope === 'wallet') return poolKey(asset, wallet)
    // What is open when pools become the wallets' own is dealt then: nothing is matched across that moment.
    return walletFrom !== null && place.time >= walletFrom ? poolKey(asset, wallet) : asset
  }

  private looksAhead(entry: Entry): boolean {
    return (
      this.isDisposal(entry) &&
      PLANS[methodFor(this.settings, entry.asset, this.calendar.year(entry.place.time))].looksAhead
    )
  }

  private isDisposal({ role, kind, move }: Entry): boolean {
    if (role === 'depart') return move?.convert === true && this.settings.wraps === 'realise'
    // A negative rebase takes from the whole pool; what a transfer lost is drawn from what was on the way.
    if (role !== 'out' || kind === 'rebase' || (move !== null && !move.convert)) return false
    return kind !== 'gift' || this.settings.gifts === 'market'
  }

  private isPurchase({ role, move }: Entry): boolean {
    return role === 'in' || (role === 'arrive' && move?.convert === true && this.settings.wraps === 'realise')
  }

  private match(key: string, pool: readonly Entry[], fromDay: number): void {
    const ratios = new SplitRatios(pool)
    this.ratios.set(key, ratios)
    const days: DayTrades[] = []
    const claimed: Claim[] = []
    for (const entry of pool) {
      const purchase = this.isPurchase(entry)
      if (!purchase && !this.looksAhead(entry)) continue
      const day = this.calendar.day(entry.place.time)
      if (day < fromDay) continue
      let last = days.at(-1)
      if (last === undefined || last.day !== day) days.push((last = { day, ins: [], outs: [] }))
      ;(purchase ? last.ins : last.outs).push(entry)
      if (purchase) claimed.push(...this.on(entry))
    }
    for (const claim of matchAhead(days, claimed, ratios, this.settings)) this.record(claim)
  }

  private record(claim: Claim): void {
    const outs = this.byOut.get(claim.out)
    if (outs === undefined) this.byOut.set(claim.out, [claim])
    else outs.push(claim)
    const ins = this.byIn.get(claim.in)
    if (ins === undefined) this.byIn.set(claim.in, [claim])
    else ins.push(claim)
  }
}
