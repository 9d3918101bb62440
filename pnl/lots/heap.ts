import type { Lot, LotOrder } from './lot.ts'

/** Lots with the first by an order on top (binary heap): O(log n) to add and to take. */
export class LotHeap {
  private readonly lots: Lot[] = []
  private readonly order: LotOrder

  constructor(order: LotOrder, lots: readonly Lot[] = []) {
    this.order = order
    this.lots = [...lots]
    for (let at = (this.lots.length >> 1) - 1; at >= 0; at--) this.sink(at)
  }

  get size(): number {
    return this.lots.length
  }

  get top(): Lot | undefined {
    return this.lots[0]
  }

  /** In no order. */
  all(): readonly Lot[] {
    return this.lots
  }

  add(lot: Lot): void {
    let at = this.lots.push(lot) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = this.lots[above] as Lot
      if (this.order(parent, lot) <= 0) break
      this.lots[at] = parent
      at = above
    }
    this.lots[at] = lot
  }

  pop(): void {
    const last = this.lots.pop()
    if (last === undefined || this.lots.length === 0) return
    this.lots[0] = last
    this.sink(0)
  }

  private sink(from: number): void {
    const { lots, order } = this
    const lot = lots[from] as Lot
    let at = from
    for (;;) {
      let child = 2 * at + 1
      if (child >= lots.length) break
      if (child + 1 < lots.length && order(lots[child + 1] as Lot, lots[child] as Lot) < 0) child++
      if (order(lot, lots[child] as Lot) <= 0) break
      lots[at] = lots[child] as Lot
      at = child
    }
    lots[at] = lot
  }
}
