import { byBytes } from '#core/asset.ts'
import { sum } from '#core/sum.ts'
import { QUALITIES, type Quality } from '#core/quality.ts'
import type { HoldingRow } from './holdings.ts'

/** A part of what is held. Money in the base currency; null where nothing in it has a price. */
export type Slice = {
  readonly key: string
  readonly label: string
  readonly value: number | null
  /** Of the sum of what is worth something; null where the part is not. Debts have none. */
  readonly share: number | null
  /** The worst of its rows. */
  readonly quality: Quality
}

/** What is held by one of its sides, greatest first. */
export function sliceBy(
  rows: readonly HoldingRow[],
  side: (row: HoldingRow) => { key: string; label: string },
): Slice[] {
  const parts = new Map<string, { label: string; values: number[]; worst: number }>()
  for (const row of rows) {
    const { key, label } = side(row)
    const part = parts.get(key) ?? { label, values: [], worst: QUALITIES.length - 1 }
    parts.set(key, part)
    if (row.value !== null) part.values.push(row.value)
    part.worst = Math.min(part.worst, QUALITIES.indexOf(row.quality))
  }
  const summed = [...parts].map(([key, { label, values, worst }]) => ({
    key,
    label,
    value: values.length === 0 ? null : sum(values),
    quality: QUALITIES[worst] ?? 'missing',
  }))
  const whole = sum(summed.map(({ value }) => Math.max(0, value ?? 0)))
  return summed
    .map((part) => ({
      ...part,
      share: part.value === null || part.value <= 0 || whole === 0 ? null : Math.min(1, part.value / whole),
    }))
    .sort((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity) || byBytes(a.key, b.key))
}
