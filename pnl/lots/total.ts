import type { AssetFigures } from './assets.ts'
import { type Exact, NOUGHT, absolute, isZero, numberOf, plus, quotient, textOf } from './exact.ts'
import type { TotalRow } from './report.ts'
import { isPartial, SUM_NAMES, type SumName, type Sums } from './sums.ts'
import { share } from '#core/number.ts'

type Summed = Exclude<keyof TotalRow, 'coverage' | 'partial'>

/**
 * Sums over assets of what is known, and of what counts in the base currency alone.
 * @param base sums under the base currency; null where it never occurred
 */
export function totalRow(assets: readonly AssetFigures[], base: Sums | null): TotalRow {
  const partial: string[] = []
  const own = assets.map(({ sums }) => sums)
  const sum = (name: Summed, terms: readonly (Exact | null)[]): string => {
    if (terms.includes(null)) partial.push(name)
    return textOf(terms.reduce<Exact>((total, term) => (term === null ? total : plus(total, term)), NOUGHT))
  }
  // What is known of an asset counts, though a part of it is missing: so do its years and terms, which sum to this.
  const happened = (name: SumName): string => {
    const all = base === null ? own : [...own, base]
    if (all.some((sums) => isPartial(sums, name))) partial.push(name)
    return textOf(all.reduce((total, sums) => plus(total, sums[name]), NOUGHT))
  }
  const over = (name: Summed, of: (figures: AssetFigures) => Exact | null) =>
    [name, sum(name, assets.map(of))] as const
  const texts = Object.fromEntries([
    over('cost', ({ cost }) => cost),
    over('value', ({ value }) => value),
    over('unrealised', ({ unrealised }) => unrealised),
    ...SUM_NAMES.map((name) => [name, happened(name)] as const),
  ]) as Record<Summed, string>
  return {
    cost: texts.cost,
    value: texts.value,
    realised: texts.realised,
    realisedShort: texts.realisedShort,
    realisedLong: texts.realisedLong,
    unrealised: texts.unrealised,
    income: texts.income,
    costs: texts.costs,
    fees: texts.fees,
    transferred: texts.transferred,
    unproven: texts.unproven,
    coverage: coverage(assets),
    partial,
  }
}

/** Share of |value at last known marks| that has a mark. */
function coverage(assets: readonly AssetFigures[]): number {
  const held = assets.filter(({ row }) => row.quantity !== '0')
  if (held.length === 0) return 1
  const size = (values: readonly (Exact | null)[]): Exact =>
    values.reduce<Exact>((total, value) => (value === null ? total : plus(total, absolute(value))), NOUGHT)
  const all = size(held.map(({ lastValue }) => lastValue))
  if (isZero(all)) return held.every(({ value }) => value !== null) ? 1 : 0
  return share(numberOf(quotient(size(held.map(({ value }) => value)), all)))
}
