import type { Need, RpcCall, RpcOutcome } from '../types.ts'
import type { Refusal } from './errors.ts'
import type { Done, Failover, Refused } from './failover.ts'
import type { Member } from './member.ts'
import type { Patience, Wanted } from './needs.ts'
import type { Answer } from './wire.ts'

/** How often a call is asked at which nodes fail without a reason: one call must not stop all others. */
const TRIES = 3

/**
 * The outcome of each call, in their order. What one endpoint does not answer is asked of the next, that part alone.
 * @throws TidemarkError as `ChainRpc.batch`
 */
export async function askBatch(
  failover: Failover,
  calls: readonly RpcCall[],
  need: Need,
  patience: Patience,
  signal: AbortSignal,
): Promise<RpcOutcome[]> {
  const outcomes: (RpcOutcome | undefined)[] = calls.map(() => undefined)
  const tries: number[] = []
  const wanted: Wanted = { ...need, name: nameOf(calls), logsFrom: null }
  const ask = async (member: Member): Promise<Done<null> | Refused> => {
    const open = calls.flatMap((call, at) => (outcomes[at] === undefined ? [{ call, at }] : []))
    const answers = await member.endpoint.ask(
      open.map(({ call }) => call),
      patience.call,
      signal,
    )
    let left: Refusal | null = null
    answers.forEach((answer, index) => {
      const { at } = open[index] as { at: number }
      const last =
        !answer.ok && answer.refusal.kind === 'internal' && (tries[at] = (tries[at] ?? 0) + 1) >= TRIES
      outcomes[at] = outcomeOf(answer, last)
      if (outcomes[at] === undefined && !answer.ok) left ??= answer.refusal
    })
    return left === null ? { value: null } : { refusal: left }
  }
  if (calls.length > 0) await failover.run(wanted, ask, signal)
  return outcomes as RpcOutcome[]
}

function nameOf(calls: readonly RpcCall[]): string | null {
  const [first] = calls
  return first !== undefined && calls.every(({ method }) => method === first.method) ? first.method : null
}

/** What a call's answer is to whoever asked; undefined where another endpoint, or a later time, may give a better one. */
function outcomeOf(answer: Answer, last: boolean): RpcOutcome | undefined {
  if (answer.ok) return { ok: true, result: answer.result }
  const { kind, words } = answer.refusal
  const final = last ? 'failed' : FINAL[kind]
  return final === undefined ? undefined : { ok: false, kind: final, message: words }
}

const FINAL: Partial<Record<Refusal['kind'], 'reverted' | 'failed'>> = {
  reverted: 'reverted',
  failed: 'failed',
  size: 'failed',
  range: 'failed',
  results: 'failed',
  batch: 'failed',
}
