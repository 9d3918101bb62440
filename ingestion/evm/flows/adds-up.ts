import type { FlowKind } from '#core/flow.ts'
import type { KnownToken } from '../types.ts'

/** A token of a wallet at a checkpoint: what flows say that it holds, and what the chain says. */
export type Compared = {
  readonly token: KnownToken
  readonly expected: bigint
  readonly actual: bigint
  /** The multiplier of a scaled token is another one than at the checkpoint before. */
  readonly multiplierMoved: boolean
}
export type Difference = { readonly kind: FlowKind; readonly amount: bigint }

/**
 * What the chain has beyond what flows explain; null where it adds up. A token that is known to move by itself moved by
 * itself; anything else is not explained.
 */
export function differenceOf({ token, expected, actual, multiplierMoved }: Compared): Difference | null {
  const amount = actual - expected
  if (amount === 0n) return null
  if (token.form === 'rebasing') return { kind: 'rebase', amount }
  return { kind: token.form === 'scaled' && multiplierMoved ? 'split' : 'unexplained', amount }
}
