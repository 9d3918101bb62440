import { TidemarkError } from '#core/errors.ts'
import type { ChainRpc, Hex, Need, RpcCall } from '../types.ts'
import { askAll, hexOf, hexText, quantityOf } from './ask.ts'
import { callsOfTraces, callsOfTree, type SeenCall } from './calls.ts'

/** Below this many blocks a range that is refused is refused for another reason. */
const LEAST_RANGE = 1_000
const PAGES = 10_000

type Range = { readonly from: number; readonly to: number }

/**
 * Every call that paid or was paid by the accounts, with what else happened in those transactions, as the first of the
 * endpoints' ways that works tells it.
 * @returns null when no way tells it: then what comes and goes between two reads is not seen
 */
export async function callsOfAccounts(
  rpc: ChainRpc,
  accounts: readonly Hex[],
  range: Range,
  signal: AbortSignal,
): Promise<SeenCall[] | null> {
  if (range.to < range.from) return []
  if (await rpc.offers('trace', signal)) {
    const calls = await filtered(rpc, accounts, range, signal)
    if (calls !== null) return calls
  }
  if (await rpc.offers('alchemy', signal)) return listed(rpc, accounts, range, signal)
  return null
}

/** Every call of a block; null when no endpoint traces. */
export async function callsOfBlock(
  rpc: ChainRpc,
  block: number,
  signal: AbortSignal,
): Promise<SeenCall[] | null> {
  if (await rpc.offers('trace', signal)) {
    const traces = await attempt(rpc, { method: 'trace_block', params: [hexOf(block)] }, TRACE, signal)
    if (Array.isArray(traces)) return callsOfTraces(traces)
  }
  if (await rpc.offers('debug', signal)) {
    const params = [hexOf(block), { tracer: 'callTracer' }]
    const trees = await attempt(rpc, { method: 'debug_traceBlockByNumber', params }, DEBUG, signal)
    if (!Array.isArray(trees)) return null
    return (trees as { txHash?: unknown; result?: unknown }[]).flatMap(({ txHash, result }) =>
      callsOfTree(block, txHash, result),
    )
  }
  return null
}

const TRACE: Need = { method: 'trace' }
const DEBUG: Need = { method: 'debug' }
const ALCHEMY: Need = { method: 'alchemy' }

/** What the transactions did that a filter finds: of a call it gives that call alone, not whether its caller failed. */
async function filtered(
  rpc: ChainRpc,
  accounts: readonly Hex[],
  range: Range,
  signal: AbortSignal,
): Promise<SeenCall[] | null> {
  const found = new Set<Hex>()
  for (const side of ['fromAddress', 'toAddress']) {
    const traces = await filterRange(rpc, { [side]: accounts }, range, signal)
    if (traces === null) return null
    for (const trace of traces) {
      const tx = hexText((trace as { transactionHash?: unknown } | null)?.transactionHash)
      if (tx !== null) found.add(tx)
    }
  }
  const calls = [...found].map((tx) => ({ method: 'trace_transaction', params: [tx] }))
  const answers = await askAll(rpc, calls, TRACE, signal)
  return callsOfTraces(answers.flatMap((answer) => (Array.isArray(answer) ? (answer as unknown[]) : [])))
}

async function filterRange(
  rpc: ChainRpc,
  filter: object,
  { from, to }: Range,
  signal: AbortSignal,
): Promise<unknown[] | null> {
  const params = [{ ...filter, fromBlock: hexOf(from), toBlock: hexOf(to) }]
  const traces = await attempt(rpc, { method: 'trace_filter', params }, TRACE, signal)
  if (Array.isArray(traces)) return traces as unknown[]
  if (to - from < LEAST_RANGE) return null
  const middle = Math.floor((from + to) / 2)
  const low = await filterRange(rpc, filter, { from, to: middle }, signal)
  if (low === null) return null
  const high = await filterRange(rpc, filter, { from: middle + 1, to }, signal)
  return high === null ? null : [...low, ...high]
}

type AssetTransfer = {
  readonly blockNum?: unknown
  readonly hash?: unknown
  readonly from?: unknown
  readonly to?: unknown
  readonly rawContract?: { readonly value?: unknown } | null
}

/** `alchemy_getAssetTransfers`: paged, both directions apart. It says who paid whom, not which function was called. */
async function listed(
  rpc: ChainRpc,
  accounts: readonly Hex[],
  { from, to }: Range,
  signal: AbortSignal,
): Promise<SeenCall[] | null> {
  const seen = new Map<string, SeenCall>()
  for (const account of accounts) {
    for (const side of ['fromAddress', 'toAddress']) {
      const query = {
        fromBlock: hexOf(from),
        toBlock: hexOf(to),
        [side]: account,
        category: ['external', 'internal'],
        excludeZeroValue: true,
        maxCount: '0x3e8',
      }
      let pageKey: unknown
      for (let page = 0; page < PAGES; page++) {
        const params = [{ ...query, ...(pageKey === undefined ? {} : { pageKey }) }]
        const answer = await attempt(rpc, { method: 'alchemy_getAssetTransfers', params }, ALCHEMY, signal)
        const rows = (answer as { transfers?: unknown } | null)?.transfers
        if (!Array.isArray(rows)) return null
        for (const row of rows as (AssetTransfer & { uniqueId?: unknown })[]) {
          const call = transferCall(row)
          if (call !== null) seen.set(JSON.stringify(row.uniqueId ?? row), call)
        }
        pageKey = (answer as { pageKey?: unknown }).pageKey
        if (typeof pageKey !== 'string' || pageKey === '') break
      }
    }
  }
  return [...seen.values()]
}

function transferCall(row: AssetTransfer): SeenCall | null {
  const [tx, from, to] = [hexText(row.hash), hexText(row.from), hexText(row.to)]
  const [block, value] = [quantityOf(row.blockNum), quantityOf(row.rawContract?.value)]
  if (tx === null || from === null || to === null || block === null || value === null) return null
  return { block: Number(block), tx, from, to, value, selector: null }
}

/** One call that may be refused for what it asks; undefined then. */
async function attempt(rpc: ChainRpc, call: RpcCall, need: Need, signal: AbortSignal): Promise<unknown> {
  try {
    const [outcome] = await rpc.batch([call], need, signal)
    return outcome?.ok === true ? outcome.result : undefined
  } catch (error) {
    if (error instanceof TidemarkError && error.code === 'PROVIDER_REFUSED') return undefined
    throw error
  }
}
