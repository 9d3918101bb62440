import { TidemarkError } from '#core/errors.ts'
import type {
  BlockRef,
  ChainRpc,
  EndpointReport,
  EvmChain,
  LogFilter,
  Need,
  RawLog,
  RpcCall,
  RpcOutcome,
} from '../types.ts'
import { askBatch } from './batch.ts'
import { blockOf } from './block.ts'
import { refusal } from './errors.ts'
import type { Failover } from './failover.ts'
import { walkLogs } from './logs.ts'
import type { Member } from './member.ts'
import type { Patience, Wanted } from './needs.ts'
import { hex } from './raw-log.ts'

/** Where `finalized` is unknown, this far behind the newest block is held to be final. */
const FINAL_DEPTH = 64
const NO_HASH = `0x${'0'.repeat(64)}`
/** Calls that tell by their answer whether a family of methods is there, at the least cost. */
const TRIALS = {
  trace: { method: 'trace_transaction', params: [NO_HASH] },
  debug: { method: 'debug_traceTransaction', params: [NO_HASH] },
  alchemy: {
    method: 'alchemy_getAssetTransfers',
    params: [{ fromBlock: '0x0', toBlock: '0x0', category: ['external'] }],
  },
} as const

export class ChainClient implements ChainRpc {
  readonly chain: EvmChain
  private readonly failover: Failover
  private readonly patience: Patience

  constructor(chain: EvmChain, failover: Failover, patience: Patience) {
    this.chain = chain
    this.failover = failover
    this.patience = patience
  }

  async call(method: string, params: readonly unknown[], need: Need, signal: AbortSignal): Promise<unknown> {
    const [outcome] = await askBatch(this.failover, [{ method, params }], need, this.patience, signal)
    if (outcome?.ok === true) return outcome.result
    const message = `${method} is refused by the endpoints of ${this.chain.name}: ${outcome?.message ?? 'no answer'}.`
    throw new TidemarkError('PROVIDER_REFUSED', { message, fix: 'Check what was asked for.' })
  }

  batch(calls: readonly RpcCall[], need: Need, signal: AbortSignal): Promise<RpcOutcome[]> {
    return askBatch(this.failover, calls, need, this.patience, signal)
  }

  async block(at: number | 'latest' | 'finalized', signal: AbortSignal): Promise<BlockRef> {
    if (at !== 'finalized') return this.blockAt(at, signal)
    const final = await this.finalBlock(signal)
    if (final !== null) return final
    const latest = await this.blockAt('latest', signal)
    return this.blockAt(Math.max(0, latest.number - FINAL_DEPTH), signal)
  }

  logs(
    filters: readonly LogFilter[],
    range: { readonly from: number; readonly to: number },
    signal: AbortSignal,
  ): Promise<RawLog[]> {
    return walkLogs(this.failover, filters, range, this.patience, signal)
  }

  logSpan(): number {
    return this.failover.first({ ...ANY, method: 'logs' })?.logs.known ?? Infinity
  }

  async offers(family: 'trace' | 'debug' | 'alchemy', signal: AbortSignal): Promise<boolean> {
    for (const member of this.failover.members) {
      if (await this.memberOffers(member, family, signal)) return true
    }
    return false
  }

  report(): readonly EndpointReport[] {
    return this.failover.members.map(({ endpoint }) => endpoint.report())
  }

  close(): void {
    for (const { endpoint } of this.failover.members) endpoint.close()
  }

  private blockAt(at: number | 'latest', signal: AbortSignal): Promise<BlockRef> {
    const wanted = { ...ANY, name: 'eth_getBlockByNumber' }
    const tag = typeof at === 'number' ? hex(at) : at
    return this.failover.run(wanted, (member) => this.readBlock(member, tag, signal), signal)
  }

  private async readBlock(member: Member, tag: string, signal: AbortSignal) {
    const answer = await member.endpoint.one('eth_getBlockByNumber', [tag, false], this.patience.call, signal)
    if (!answer.ok) return { refusal: answer.refusal }
    if (answer.result === null) return { refusal: refusal('lagging', `it has no block ${tag} yet`) }
    const block = blockOf(answer.result)
    if (block === null) return { refusal: refusal('malformed', 'the answer is no block') }
    member.head = Math.max(member.head, block.number)
    return { value: block }
  }

  /** The block that the tag names; null where the endpoint does not know the tag. */
  private finalBlock(signal: AbortSignal): Promise<BlockRef | null> {
    return this.failover.run<BlockRef | null>(
      { ...ANY, name: 'eth_getBlockByNumber' },
      async (member) => {
        if (!member.endpoint.traits.finalized) return { value: null }
        const found = await this.readBlock(member, 'finalized', signal)
        if ('value' in found) return found
        if (!UNKNOWN_TAG.has(found.refusal.kind)) return found
        member.endpoint.learn({ finalized: false })
        return { value: null }
      },
      signal,
    )
  }

  private async memberOffers(
    member: Member,
    family: 'trace' | 'debug' | 'alchemy',
    signal: AbortSignal,
  ): Promise<boolean> {
    const known = member.endpoint.traits.methods[family]
    if (known !== undefined) return known
    const { method, params } = TRIALS[family]
    const answer = await this.failover
      .only(member)
      .run(
        { ...ANY, name: method },
        async () => {
          const tried = await member.endpoint.one(method, params, this.patience.call, signal)
          if (tried.ok) return { value: true }
          // It knows the method, and nothing of a transaction that is none.
          if (ANSWERS.has(tried.refusal.kind)) return { value: true }
          if (tried.refusal.kind === 'unsupported' || tried.refusal.kind === 'closed') return { value: false }
          return { refusal: tried.refusal }
        },
        signal,
      )
      .catch((error: unknown) => {
        // Who does not answer now offers nothing now, and is asked again another time.
        if (signal.aborted || !(error instanceof TidemarkError)) throw error
        return null
      })
    if (answer === null) return false
    member.endpoint.learn({ methods: { ...member.endpoint.traits.methods, [family]: answer } })
    await member.keep()
    return answer
  }
}

const ANY: Wanted = { name: null, logsFrom: null }
const UNKNOWN_TAG: ReadonlySet<string> = new Set(['lagging', 'failed', 'unsupported'])
const ANSWERS: ReadonlySet<string> = new Set(['lagging', 'failed', 'reverted', 'archive'])
