/** A ratio taken in one run: ours and the reference in turn, pair by pair, so that a machine that drifts drifts for both. */
export type Ratio = {
  readonly name: string
  /** What the ratio is measured against, in words. */
  readonly against: string
  /** The most that it may be; null where the figure is only told. */
  readonly limit: number | null
  readonly ratio: number
  readonly oursMs: number
  readonly referenceMs: number
  readonly notes?: readonly string[]
}
export type Bench = {
  readonly name: string
  /** Another program that it stands beside: run only where `--peer` names it. */
  readonly peer?: string
  run(): Promise<readonly Ratio[]>
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** Milliseconds that a call takes. */
export async function timed(call: () => unknown): Promise<number> {
  const start = process.hrtime.bigint()
  await call()
  return Number(process.hrtime.bigint() - start) / 1e6
}

/**
 * Median of the ratios of pairs, after a warm-up.
 * @param between called before each timed call, untimed, to lay out what it works on
 */
export async function compare(
  what: Pick<Ratio, 'name' | 'against' | 'limit'> & { readonly notes?: readonly string[] },
  ours: () => unknown,
  reference: () => unknown,
  options: { readonly pairs?: number; readonly warmups?: number; readonly between?: () => unknown } = {},
): Promise<Ratio> {
  const { pairs = 9, warmups = 2, between = () => undefined } = options
  for (let turn = 0; turn < warmups; turn++) {
    await between()
    await ours()
    await between()
    await reference()
  }
  const own: number[] = []
  const other: number[] = []
  for (let pair = 0; pair < pairs; pair++) {
    await between()
    own.push(await timed(ours))
    await between()
    other.push(await timed(reference))
  }
  const ratio = median(own.map((ms, index) => ms / (other[index] as number)))
  return { ...what, ratio, oursMs: median(own), referenceMs: median(other) }
}
