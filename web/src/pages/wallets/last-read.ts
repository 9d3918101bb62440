import type { Answer } from '../../api/types.ts'

export type Wallet = Answer<'GET /portfolio/wallets'>['wallets'][number]

/** How far a wallet was read. */
export type LastRead = {
  /** Everything in it is known until then; null where nothing is. */
  readonly at: string | null
  /** Chains that were never read, of a wallet that was. */
  readonly never: readonly string[]
  /** Chains whose last reading failed: what they hold is of an earlier one. */
  readonly failed: readonly string[]
}

/** The whole is as old as its oldest part. */
export function lastRead({ read, reads }: Wallet): LastRead {
  const times = reads.flatMap(({ at }) => at ?? []).sort()
  const at = times[0] ?? read?.to ?? null
  const never = times.length === 0 ? [] : reads.filter((one) => one.at === null).map(({ chain }) => chain)
  return { at, never, failed: reads.filter(({ failed }) => failed).map(({ chain }) => chain) }
}
