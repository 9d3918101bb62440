/**
 * Which points of series that run parallel to show when there are too many for a chart: of each stretch the least and the
 * greatest of every series, and where something is missing one point that says so; the first and the last always.
 * @param series parallel, of one length; NaN is missing
 * @param most at least 16
 * @returns indices, ascending, at most `most`
 */
export function thinned(series: readonly Float64Array[], most: number): number[] {
  const length = series[0]?.length ?? 0
  if (length <= most) return Array.from({ length }, (_, index) => index)
  const stretches = Math.max(1, Math.floor((most - 2) / (2 * series.length + 1)))
  const kept = new Set([0, length - 1])
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * length) / stretches)
    const to = Math.floor(((stretch + 1) * length) / stretches)
    const missing = firstMissing(series, from, to)
    if (missing !== null) kept.add(missing)
    for (const one of series) for (const index of extremes(one, from, to)) kept.add(index)
  }
  return [...kept].sort((a, b) => a - b)
}

function firstMissing(series: readonly Float64Array[], from: number, to: number): number | null {
  for (let index = from; index < to; index++) if (series.some((one) => Number.isNaN(one[index]))) return index
  return null
}

/** Where a series is least and greatest in [from, to); nowhere when all of it is missing. */
function extremes(series: Float64Array, from: number, to: number): number[] {
  let least = -1
  let greatest = -1
  for (let index = from; index < to; index++) {
    const value = series[index] as number
    if (Number.isNaN(value)) continue
    if (least < 0 || value < (series[least] as number)) least = index
    if (greatest < 0 || value > (series[greatest] as number)) greatest = index
  }
  return least < 0 ? [] : [least, greatest]
}
