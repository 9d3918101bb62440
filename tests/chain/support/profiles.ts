import type { RawLog } from '#ingestion/evm/types.ts'
import {
  blocksOf,
  Refuse,
  stateOf,
  type HostError,
  type HostReply,
  type Profile,
  type ProxyCall,
} from './proxy.ts'
import type { Anvil } from './anvil.ts'

/** The limits and faults of hosts, each with its own words. */
type Range = { readonly from: number; readonly to: number }
const hex = (number: number) => `0x${number.toString(16)}`
const isLogs = ({ method }: ProxyCall) => method === 'eth_getLogs'
const headOf = async (node: Anvil) => Number(await node.rpc('eth_blockNumber'))

function rangeLimit(most: number, error: (range: Range) => HostError): Profile {
  return {
    async call(call, node) {
      if (!isLogs(call)) return call
      const range = await blocksOf(call, node)
      return range.to - range.from + 1 > most ? error(range) : call
    },
  }
}

export const alchemyFree = (): Profile =>
  rangeLimit(10, ({ from }) => ({
    status: 400,
    code: -32600,
    message: `Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range. Based on your parameters, this block range should work: [${hex(from)}, ${hex(from + 9)}]. Upgrade to PAYG for expanded block range.`,
  }))

export const quicknodeFree = (): Profile =>
  rangeLimit(5, () => ({ status: 413, code: -32614, message: 'eth_getLogs is limited to a 5 range' }))

/** No number in its words, as of Ankr. */
export const ankr = (): Profile =>
  rangeLimit(3_000, () => ({ code: -32600, message: 'block range is too wide' }))

/** 10,000 blocks, and 10,000 results of an answer; what would fit is said. */
export function infura(results = 10_000): Profile {
  return {
    ...rangeLimit(10_000, ({ from, to }) => ({
      code: -32602,
      message: `range ${to - from + 1} exceeds limit of 10000`,
    })),
    async result(call, result, node) {
      const logs = result as readonly { blockNumber: string }[]
      if (!isLogs(call) || logs.length <= results) return result
      const { from } = await blocksOf(call, node)
      const fits = hex(Math.max(from, Number(logs[results]?.blockNumber) - 1))
      throw new Refuse({
        code: -32005,
        message: `query returned more than ${results} results. Try with this block range [${hex(from)}, ${fits}].`,
        data: { from: hex(from), limit: results, to: fits },
      })
    },
  }
}

/** The number of results alone, as of geth and its like. */
export const resultCap = (results: number): Profile => ({
  async result(call, result) {
    if (!isLogs(call) || (result as RawLog[]).length <= results) return result
    throw new Refuse({ code: -32005, message: `query returned more than ${results} results` })
  },
})

const needsToken: HostError = {
  status: 403,
  code: -32602,
  message: 'Archive requests require a personal token. Get one at https://www.allnodes.com/publicnode',
}
export const publicnode = (): Profile => {
  const range = rangeLimit(50_000, () => ({ code: -32701, message: 'exceed maximum block range: 50000' }))
  const states = recentStates(128, () => needsToken)
  return {
    call: async (call, node) =>
      within(await range.call?.(call, node), call, (next) => states.call?.(next, node)),
  }
}

async function within(
  first: ProxyCall | HostError | undefined,
  call: ProxyCall,
  then: (call: ProxyCall) => Promise<ProxyCall | HostError> | ProxyCall | HostError | undefined,
): Promise<ProxyCall | HostError> {
  const next = first ?? call
  return 'message' in next ? next : ((await then(next)) ?? next)
}

function recentStates(blocks: number, error: (block: number) => HostError): Profile {
  return {
    async call(call, node) {
      const state = stateOf(call)
      return state !== null && state.block <= (await headOf(node)) - blocks ? error(state.block) : call
    },
  }
}

/** A full node: the states of 128 blocks. */
export const noArchive = (): Profile =>
  recentStates(128, (block) => ({
    code: -32000,
    message: `missing trie node ${block.toString(16).padStart(64, '0')} (path ) state 0x${'0'.repeat(64)} is not available`,
  }))

/** Answers old blocks with the latest state, without a word. */
export const liar = (): Profile => ({
  async call(call, node) {
    const state = stateOf(call)
    if (state === null || state.block > (await headOf(node)) - 128) return call
    return { ...call, params: call.params.map((param, at) => (at === state.at ? 'latest' : param)) }
  },
})

/** Cuts off the logs of an answer without a word. */
export const silentCut = (most = 10_000): Profile => ({
  result: async (call, result) => (isLogs(call) ? (result as unknown[]).slice(0, most) : result),
})

/** Without the receipts of a block, which would show all of its logs. */
export const noBlockReceipts = (): Profile => ({
  call: (call) =>
    call.method === 'eth_getBlockReceipts'
      ? { code: -32601, message: 'the method eth_getBlockReceipts does not exist/is not available' }
      : call,
})

/** So many blocks behind the network; silent, it gives of logs what it has, as if there were no more. */
export function staleHead(behind: number, silent = false): Profile {
  const newest = async (node: Anvil) => Math.max(0, (await headOf(node)) - behind)
  return {
    async call(call, node) {
      const head = await newest(node)
      const state = stateOf(call)
      if (state !== null && state.block > head) return { code: -32000, message: 'header not found' }
      if (!silent && isLogs(call) && (await blocksOf(call, node)).to > head)
        return { code: -32602, message: 'block range extends beyond current head block' }
      if (call.method !== 'eth_getBlockByNumber' || call.params[0] !== 'latest') return call
      return { ...call, params: [hex(head), ...call.params.slice(1)] }
    },
    async result(call, result, node) {
      const head = await newest(node)
      if (call.method === 'eth_blockNumber') return hex(head)
      if (isLogs(call))
        return (result as readonly { blockNumber: string }[]).filter((log) => Number(log.blockNumber) <= head)
      return call.method === 'eth_getBlockByNumber' && Number(call.params[0]) > head ? null : result
    },
  }
}

export const outOfOrder = (): Profile => ({ list: (answers) => [...answers].reverse() })
/** Every third answer of a list is missing. */
export const missingIds = (): Profile => ({ list: (answers) => answers.filter((_, at) => at % 3 !== 1) })

const whole = (
  status: number,
  error: { code: number; message: string },
  headers: Record<string, string> = {},
) => ({
  status,
  headers,
  body: JSON.stringify({ jsonrpc: '2.0', id: null, error }),
})
export const noBatch = (): Profile => ({
  request: (_calls, _nth, isList) =>
    isList ? whole(400, { code: -32600, message: 'batch requests are not supported' }) : null,
})
/** Lists of more are refused, with the number. */
export const shortBatch = (most: number): Profile => ({
  request: (calls) =>
    calls.length > most
      ? whole(400, {
          code: -32600,
          message: `Batch of more than ${most} requests are not allowed on free tier`,
        })
      : null,
})
/** One request in so many, as if at random and the same each time. */
const oneIn = (every: number, nth: number) => (nth * 7_919 + 3) % 101 < 101 / every
export const htmlWith200 = (every = 3): Profile => ({
  request: (_calls, nth) =>
    oneIn(every, nth)
      ? {
          status: 200,
          body: '<!doctype html><title>Just a moment…</title>',
          headers: { 'content-type': 'text/html' },
        }
      : null,
})
/** More than so many requests in a while are refused. */
function tooFast(most: number, windowMs: number, reply: HostReply): Profile {
  const times: number[] = []
  return {
    request() {
      const now = performance.now()
      if (times.filter((at) => at > now - windowMs).length >= most) return reply
      times.push(now)
      return null
    },
  }
}
export const rate429Inside200 = (most = 5, windowMs = 300): Profile =>
  tooFast(most, windowMs, whole(200, { code: 429, message: 'Too Many Requests' }))
export const http429 = (retryAfter: string, most = 5, windowMs = 300): Profile =>
  tooFast(
    most,
    windowMs,
    whole(
      429,
      { code: 429, message: 'Your app has exceeded its compute units per second capacity.' },
      { 'retry-after': retryAfter },
    ),
  )
export const slow = (delayMs: number): Profile => ({ delayMs })
/** Accepts and never answers. */
export const halfOpen = (): Profile => ({ request: () => 'silence' })
/** Counts blocks and answers no call. */
export const deadCalls = (): Profile => ({
  call: (call) => (call.method === 'eth_call' ? { code: -32603, message: 'Internal error' } : call),
})
/** The key is refused. */
export const badKey = (): Profile => ({
  request: () => whole(401, { code: -32600, message: 'Must be authenticated!' }),
})
/** The credits of the day are used up. */
export const usedUp = (): Profile => ({
  request: () => ({
    status: 402,
    body: '{"error":{"code":402,"event":-33000,"message":"Payment Required","details":"daily credits used"}}',
  }),
})
