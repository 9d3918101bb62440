import { byBytes } from '#core/asset.ts'
import type { LotEngine } from './engine.ts'
import { type Exact, absolute, isNegative, isZero, least, minus, textOf, textOrNull } from './exact.ts'
import { type Lot, makeLot } from './lot.ts'
import { type Pool, isTransit, newPool, poolKey } from './pool.ts'
import type { Side } from './side.ts'

/**
 * From one moment on pools are the wallets' own: what is open in the common pool of each asset is dealt to the wallets
 * that hold it, then to what is on its way, wallets by the bytes of their names, lots oldest first; shorts to the wallets that owe.
 */
export function allocate(engine: LotEngine, time: number): void {
  for (const [key, pool] of [...engine.pools].sort(([a], [b]) => byBytes(a, b))) {
    if (pool.wallet !== null || isTransit(key)) continue
    engine.pools.delete(key)
    const holders = [...(engine.holders.get(pool.asset) ?? [])].sort(byHolder)
    deal(
      engine,
      time,
      pool,
      pool.long,
      holders.filter(([, size]) => !isNegative(size)),
    )
    deal(
      engine,
      time,
      pool,
      pool.short,
      holders.filter(([, size]) => isNegative(size)),
    )
  }
  engine.holders = new Map()
}

type Holder = readonly [name: string, size: Exact]

/** Wallets by the bytes of their names, then what is on its way. */
const byHolder = ([a]: Holder, [b]: Holder): number =>
  Number(isTransit(a)) - Number(isTransit(b)) || byBytes(a, b)

function deal(engine: LotEngine, time: number, from: Pool, side: Side, holders: readonly Holder[]): void {
  let dealt = 0
  const claims = holders.length === 0 ? [['', side.total] as const] : holders
  for (const [index, [name, size]] of claims.entries()) {
    // Where more is open than wallets say they hold (an oversell before), the last one has it.
    let need = index === claims.length - 1 ? side.total : least(absolute(size), side.total)
    for (const lot of side.lots()) {
      if (isZero(need)) break
      const part = least(need, lot.remaining)
      need = minus(need, part)
      give(engine, time, from, side, lot, part, name, ++dealt)
    }
  }
}

function give(
  engine: LotEngine,
  time: number,
  from: Pool,
  side: Side,
  lot: Lot,
  size: Exact,
  holder: string,
  number: number,
): void {
  const [taken] = side.takeFrom([{ lot, quantity: size }], 'none')
  const cost = lot.proof === 'undocumented' ? null : (taken?.cost ?? null)
  const pool = poolOf(engine, from, holder)
  const id = `${lot.root.flow}#${from.asset}#${number}`
  engine.place(
    pool,
    makeLot({
      id,
      asset: pool.asset,
      wallet: pool.wallet,
      opened: lot.opened,
      root: lot.root,
      serial: engine.serial++,
      short: lot.short,
      proof: lot.proof === 'undocumented' ? 'undocumented' : cost === null ? 'unpriced' : 'documented',
      movedFrom: lot.id,
      sentBy: isTransit(holder) ? lot.root.flow : null,
      remaining: size,
      left: cost,
    }),
  )
  engine.rows.allocation.push({
    place: { ...lot.root.place, time },
    row: {
      time,
      asset: from.asset,
      lot: lot.id,
      wallet: pool.wallet ?? '',
      toLot: id,
      quantity: textOf(size),
      cost: textOrNull(cost),
    },
  })
}

function poolOf(engine: LotEngine, from: Pool, holder: string): Pool {
  const transit = isTransit(holder)
  const key = transit ? holder : poolKey(from.asset, holder)
  let pool = engine.pools.get(key)
  if (pool === undefined) {
    engine.pools.set(key, (pool = newPool(from.asset, transit ? 'in-transit' : holder, from.method)))
  }
  return pool
}
