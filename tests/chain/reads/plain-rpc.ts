import { evmChain } from '#ingestion/evm/chains/chains.ts'
import type { BlockRef, ChainRpc, EvmChain, Hex, RpcCall, RpcOutcome } from '#ingestion/evm/types.ts'

export type PlainOptions = {
  readonly chain?: EvmChain
  /** Most calls of one request; 1 is an endpoint that refuses batches. */
  readonly batch?: number
  /** Answers longer than this many characters are refused, as hosts do. */
  readonly mostCharacters?: number
}
type Answer = { id: number; result?: unknown; error?: { code: number; message: string } }
type Counted = ChainRpc & { requests: number; calls: number }

/** A chain asked without any of the manners of the real one, which has tests of its own: it counts what it is asked. */
export function plainRpc(url: string, options: PlainOptions = {}): Counted {
  const most = options.batch ?? 1_000
  const post = async (body: unknown): Promise<unknown> => {
    rpc.requests++
    const headers = { 'content-type': 'application/json' }
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).json()
  }
  const outcome = ({ result, error }: Answer): RpcOutcome => {
    if (error !== undefined)
      return {
        ok: false,
        kind: /revert/i.test(error.message) ? 'reverted' : 'failed',
        message: error.message,
      }
    const long = JSON.stringify(result).length > (options.mostCharacters ?? Infinity)
    return long ? { ok: false, kind: 'failed', message: 'response size exceeded' } : { ok: true, result }
  }
  const rpc: Counted = {
    chain: options.chain ?? evmChain('ethereum'),
    requests: 0,
    calls: 0,
    call: async (method, params, need, signal) => {
      const [answer] = await rpc.batch([{ method, params }], need, signal)
      if (answer?.ok !== true) throw new Error(answer?.message ?? 'no answer')
      return answer.result
    },
    batch: async (calls) => {
      const outcomes: RpcOutcome[] = []
      for (let at = 0; at < calls.length; at += most) {
        const part = calls.slice(at, at + most).map((call: RpcCall, id) => ({ jsonrpc: '2.0', id, ...call }))
        rpc.calls += part.length
        const alone = most === 1
        const answers = (alone ? [await post(part[0])] : await post(part)) as Answer[]
        outcomes.push(...answers.sort((a, b) => a.id - b.id).map(outcome))
      }
      return outcomes
    },
    block: async (at, signal) => {
      const name = typeof at === 'number' ? `0x${at.toString(16)}` : at
      const found = (await rpc.call('eth_getBlockByNumber', [name, false], {}, signal)) as Record<string, Hex>
      const { number, hash, timestamp } = found
      return { number: Number(number), hash: hash as Hex, time: Number(timestamp) * 1000 } satisfies BlockRef
    },
    logs: () => Promise.reject(new Error('not asked for here')),
    logSpan: () => Infinity,
    offers: async () => false,
    report: () => [],
    close: () => undefined,
  }
  return rpc
}

export const NEVER = new AbortController().signal
