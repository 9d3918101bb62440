/**
 * How good a value is, from worst to best:
 * `missing` (there is none), `carried` (the last sample, not older than the limit of its class),
 * `estimated` (second source, converted, or by hand), `ok`.
 */
export const QUALITIES = ['missing', 'carried', 'estimated', 'ok'] as const
export type Quality = (typeof QUALITIES)[number]

/** Qualities as small numbers in series: the index in `QUALITIES`, so the lower is the worse. */
export const MISSING = 0
export const CARRIED = 1
export const ESTIMATED = 2
export const OK = 3
export type QualityCode = 0 | 1 | 2 | 3

export function qualityName(code: number): Quality {
  return QUALITIES[code as QualityCode] ?? 'missing'
}
