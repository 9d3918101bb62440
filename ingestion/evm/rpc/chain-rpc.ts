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
import { Endpoint } from './endpoint.ts'
import type { RpcOptions } from './open.ts'
import { hex, inOrder, quantity, rawLogs } from './raw-log.ts'
import type { Answer } from './wire.ts'

// The thinnest that works: the first endpoint alone. Failover, probes and the walker of logs take its place.
export function createChainRpc(chain: EvmChain, options: RpcOptions): ChainRpc {
  return new Client(chain, options)
}

class Client implements ChainRpc {
  readonly chain: EvmChain
  private readonly endpoint: Endpoint

  constructor(chain: EvmChain, options: RpcOptions) {
    this.chain = chain
    const [url = ''] = options.urls
    this.endpoint = new Endpoint({ chain, url, rate: options.rate, http: options.http })
  }

  async call(method: string, params: readonly unknown[], _need: Need, signal: AbortSignal): Promise<unknown> {
    return this.resultOf(await this.endpoint.one(method, params, {}, signal))
  }

  async batch(calls: readonly RpcCall[], _need: Need, signal: AbortSignal): Promise<RpcOutcome[]> {
    const answers = await this.endpoint.ask(calls, {}, signal)
    return answers.map((answer): RpcOutcome => {
      if (answer.ok) return { ok: true, result: answer.result }
      const { kind, words } = answer.refusal
      if (kind === 'reverted' || kind === 'failed') return { ok: false, kind, message: words }
      throw this.failure(words)
    })
  }

  async block(at: number | 'latest' | 'finalized', signal: AbortSignal): Promise<BlockRef> {
    const tag = typeof at === 'number' ? hex(at) : at
    const block = await this.call('eth_getBlockByNumber', [tag, false], {}, signal)
    const { number, hash, timestamp } = (block ?? {}) as Record<string, unknown>
    const [n, time] = [quantity(number), quantity(timestamp)]
    if (n === null || time === null) throw this.failure(`has no block ${at}`)
    return { number: n, hash: hash as BlockRef['hash'], time: time * 1_000 }
  }

  async logs(
    filters: readonly LogFilter[],
    range: { readonly from: number; readonly to: number },
    signal: AbortSignal,
  ): Promise<RawLog[]> {
    const found: RawLog[] = []
    for (const filter of filters) {
      const where = { ...filter, fromBlock: hex(range.from), toBlock: hex(range.to) }
      const logs = rawLogs(await this.call('eth_getLogs', [where], { method: 'logs' }, signal))
      if (logs === null) throw this.failure('the answer is no list of logs')
      found.push(...logs)
    }
    return inOrder(found)
  }

  logSpan(): number {
    return Infinity
  }

  async offers(family: 'trace' | 'debug' | 'alchemy'): Promise<boolean> {
    return family !== 'alchemy'
  }

  report(): readonly EndpointReport[] {
    return [this.endpoint.report()]
  }

  close(): void {
    this.endpoint.close()
  }

  private resultOf(answer: Answer): unknown {
    if (answer.ok) return answer.result
    throw this.failure(answer.refusal.words)
  }

  private failure(words: string): TidemarkError {
    return new TidemarkError('PROVIDER_REFUSED', {
      message: `${this.chain.name} (${this.endpoint.host}): ${words}`,
      fix: 'Give another endpoint.',
    })
  }
}
