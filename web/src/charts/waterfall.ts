/** Steps of a waterfall as bars that stand on each other; signs stack apart, so a step over 0 is in two pieces. */
export type Waterfall = {
  /** What a step stands on; not drawn. */
  readonly base: readonly number[]
  readonly above: readonly number[]
  readonly below: readonly number[]
}

/** Each step begins where the one before ended; the last bar is what they come to. */
export function waterfall(steps: readonly number[]): Waterfall {
  const bars = { base: [] as number[], above: [] as number[], below: [] as number[] }
  const draw = (from: number, to: number): void => {
    const [low, high] = from < to ? [from, to] : [to, from]
    bars.base.push(low > 0 ? low : high < 0 ? high : 0)
    bars.above.push(high > 0 ? high - Math.max(0, low) : 0)
    bars.below.push(low < 0 ? low - Math.min(0, high) : 0)
  }
  let at = 0
  for (const step of steps) {
    draw(at, at + step)
    at += step
  }
  draw(0, at)
  return bars
}
