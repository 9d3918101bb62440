import { TidemarkError, type ErrorCode } from '#core/errors.ts'
import { wait } from '../../http/wait.ts'
import type { EvmChain } from '../types.ts'
import type { Refusal, RefusalKind } from './errors.ts'
import { anotherChain } from './another-chain.ts'
import type { Member } from './member.ts'
import type { Wanted } from './needs.ts'

export type Done<T> = { readonly value: T }
export type Refused = { readonly refusal: Refusal }
/** A question to one endpoint: its answer, or why there is none from there. */
export type Work<T> = (member: Member) => Promise<Done<T> | Refused>

type Policy = { readonly retries: number; readonly patienceMs: number; readonly now: () => number }

/** Asks endpoints in order of preference until one answers. What is permanent at one of them is not tried there again. */
export class Failover {
  readonly members: readonly Member[]
  private readonly chain: EvmChain
  private readonly policy: Policy
  /** What each of them last refused, for those who come while it is left alone. */
  private readonly words = new Map<Member, Refusal>()

  constructor(chain: EvmChain, members: readonly Member[], policy: Policy) {
    this.chain = chain
    this.members = members
    this.policy = policy
  }

  /** @throws TidemarkError as `ChainRpc` says */
  async run<T>(wanted: Wanted, work: Work<T>, signal: AbortSignal): Promise<T> {
    const last = new Map<Member, Refusal>()
    const since = this.policy.now()
    for (let failures = 0; ;) {
      const member = this.pick(wanted)
      if (member === null) throw this.givenUp(wanted, last)
      // However short the patience, a question is asked once, and once of each endpoint while that costs no waiting.
      const isNext =
        !last.has(member) && [...last.values()].every(({ kind }) => kind !== 'slow' && kind !== 'rate')
      if (!isNext && this.enough(failures, since)) throw this.givenUp(wanted, last)
      if (member.restMs > 0) {
        if (member.down) throw this.givenUp(wanted, last)
        await this.pause(member.restMs, signal)
        continue
      }
      if (last.has(member)) member.endpoint.retries += 1
      const outcome = await this.ask(member, wanted, work, signal)
      if ('value' in outcome) return outcome.value
      last.set(member, outcome.refusal)
      this.words.set(member, outcome.refusal)
      if (outcome.refusal.kind !== 'rate') failures += 1
    }
  }

  private async ask<T>(
    member: Member,
    wanted: Wanted,
    work: Work<T>,
    signal: AbortSignal,
  ): Promise<Done<T> | Refused> {
    const unready = await member.prepare(wanted, signal)
    // What was found out just now may tell that another one has to be asked.
    const unfit = unready === null ? member.unfit(wanted) : null
    const outcome = unready === null && unfit === null ? await work(member) : null
    const refusal = unready ?? unfit ?? (outcome !== null && 'refusal' in outcome ? outcome.refusal : null)
    if (refusal === null) member.worked()
    else if (unfit === null) member.took(refusal, wanted)
    await member.keep()
    return refusal === null ? (outcome as Done<T>) : { refusal }
  }

  /** The endpoint that would be asked first; null where none can serve. */
  first(wanted: Wanted): Member | null {
    return this.pick(wanted)
  }

  /** One of them, asked alone. */
  only(member: Member): Failover {
    return new Failover(this.chain, [member], this.policy)
  }

  /** The first that can serve and is neither left alone nor avoided; else the first that is free, or will be. */
  private pick(wanted: Wanted): Member | null {
    const able = this.members.filter((member) => member.unfit(wanted) === null)
    const free = able.filter(({ restMs }) => restMs === 0)
    const soonest = [...able].sort((a, b) => a.restMs - b.restMs)
    return free.find(({ avoided }) => !avoided) ?? free[0] ?? soonest[0] ?? null
  }

  private enough(failures: number, since: number): boolean {
    const tries = (this.policy.retries + 1) * this.members.length
    return failures > tries || this.policy.now() - since > this.policy.patienceMs
  }

  private async pause(ms: number, signal: AbortSignal): Promise<void> {
    await wait(ms, signal).catch(() => {
      throw new TidemarkError('INTERRUPTED', {
        message: 'Interrupted.',
        fix: 'Run the same command again; it goes on where it stopped.',
      })
    })
  }

  private givenUp(wanted: Wanted, last: ReadonlyMap<Member, Refusal>): TidemarkError {
    const met = this.members.map((member) => {
      const refusal = last.get(member) ?? member.unfit(wanted) ?? this.words.get(member)
      return { host: member.endpoint.host, refusal }
    })
    const known = met.flatMap(({ refusal }) => (refusal === undefined ? [] : [refusal]))
    const tried = met.map(({ host, refusal }) => `${host}: ${refusal?.words ?? 'not asked'}`)
    const code = codeOf(known.map(({ kind }) => kind))
    const [first] = this.members
    if (code === 'CONFIG_INVALID' && first !== undefined) return anotherChain(this.chain, first.endpoint)
    const message = `No endpoint of ${this.chain.name} answers ${subject(wanted)} (${tried.join('; ')}).`
    return new TidemarkError(code, { message, fix: fixOf(code, this.chain.chainId), tried })
  }
}

const CODES: Partial<Record<RefusalKind, ErrorCode>> = {
  credential: 'CREDENTIAL_REFUSED',
  closed: 'PROVIDER_REFUSED',
  foreign: 'CONFIG_INVALID',
  archive: 'PROVIDER_REFUSED',
  unsupported: 'PROVIDER_REFUSED',
  failed: 'PROVIDER_REFUSED',
  reverted: 'PROVIDER_REFUSED',
  size: 'PROVIDER_REFUSED',
  range: 'PROVIDER_REFUSED',
  results: 'PROVIDER_REFUSED',
  batch: 'PROVIDER_REFUSED',
  malformed: 'PROVIDER_ANSWER',
}

// What can pass by itself decides: then it is worth trying again later.
function codeOf(kinds: readonly RefusalKind[]): ErrorCode {
  const codes = kinds.map((kind) => CODES[kind] ?? 'PROVIDER_UNAVAILABLE')
  if (codes.length === 0 || codes.includes('PROVIDER_UNAVAILABLE')) return 'PROVIDER_UNAVAILABLE'
  if (codes.includes('PROVIDER_ANSWER')) return 'PROVIDER_ANSWER'
  const [first = 'PROVIDER_REFUSED'] = codes
  return codes.every((code) => code === first) ? first : 'PROVIDER_REFUSED'
}

function fixOf(code: ErrorCode, chainId: number): string {
  const variable = `RPC_URL_${chainId}`
  if (code === 'CREDENTIAL_REFUSED') return `Correct the key in ${variable}, or give another address there.`
  if (code === 'PROVIDER_REFUSED')
    return `Give an endpoint that can (an archive node, or a plan with this method) in ${variable}; several are tried in their order.`
  return `Run the same command again later; it goes on where it stopped. Another address in ${variable} is asked when the first does not answer.`
}

function subject({ name, method, state, logsFrom }: Wanted): string {
  if (logsFrom !== null) return `for logs from block ${logsFrom}`
  const what = name ?? (method === undefined ? 'a list of calls' : `${method} calls`)
  return typeof state === 'number' ? `${what} at block ${state}` : what
}
