import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Hex } from '#ingestion/evm/types.ts'
import { RpcError, type Anvil } from './anvil.ts'

export type ProxyCall = { readonly id: number; readonly method: string; readonly params: readonly unknown[] }
/** How a host refuses a call. `status` is that of HTTP where the call came alone; a list is answered with 200. */
export type HostError = {
  readonly status?: number
  readonly code: number
  readonly message: string
  readonly data?: unknown
}
export type HostReply = {
  readonly status: number
  readonly body: string
  readonly headers?: Record<string, string>
}

/** What a host does other than the node behind it. All of it is optional; of several profiles the first that acts counts. */
export type Profile = {
  /** Before anything is read: a whole reply, silence, or nothing of it. @param nth requests before this one */
  readonly request?: (
    calls: readonly ProxyCall[],
    nth: number,
    isList: boolean,
  ) => HostReply | 'silence' | null
  readonly delayMs?: number
  /** Another call in place of this one, or a refusal. */
  readonly call?: (call: ProxyCall, node: Anvil) => Promise<ProxyCall | HostError> | ProxyCall | HostError
  /** Another result, or a refusal. */
  readonly result?: (call: ProxyCall, result: unknown, node: Anvil) => Promise<unknown>
  /** The list of answers as it is sent. */
  readonly list?: (answers: readonly object[]) => readonly object[]
}

export type Proxy = {
  readonly url: string
  readonly host: string
  /** Requests of HTTP, and calls in them, since the start or `reset`. */
  readonly requests: number
  readonly calls: number
  /** Calls by method. */
  readonly byMethod: ReadonlyMap<string, number>
  reset(): void
  close(): Promise<void>
}

/** A host on 127.0.0.1 before a node, with the limits and faults of the profiles. */
export async function startProxy(node: Anvil, ...profiles: readonly Profile[]): Promise<Proxy> {
  const counts = { requests: 0, calls: 0, byMethod: new Map<string, number>() }
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    void respond(node, profiles, counts, request, response).catch((error: unknown) => {
      response.writeHead(502).end(String(error))
    })
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v2/CANARYKEY0123456789`,
    host: `127.0.0.1:${port}`,
    get requests() {
      return counts.requests
    },
    get calls() {
      return counts.calls
    },
    get byMethod() {
      return counts.byMethod
    },
    reset() {
      Object.assign(counts, { requests: 0, calls: 0 })
      counts.byMethod.clear()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

type Counts = { requests: number; calls: number; readonly byMethod: Map<string, number> }

async function respond(
  node: Anvil,
  profiles: readonly Profile[],
  counts: Counts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const pieces: Buffer[] = []
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece)
  const body = JSON.parse(Buffer.concat(pieces).toString('utf8')) as ProxyCall | ProxyCall[]
  const calls = Array.isArray(body) ? body : [body]
  const nth = counts.requests
  counts.requests += 1
  counts.calls += calls.length
  for (const { method } of calls) counts.byMethod.set(method, (counts.byMethod.get(method) ?? 0) + 1)
  const delay = profiles.reduce((ms, { delayMs }) => Math.max(ms, delayMs ?? 0), 0)
  if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay))
  for (const { request: whole } of profiles) {
    const reply = whole?.(calls, nth, Array.isArray(body)) ?? null
    if (reply === 'silence') return
    if (reply !== null)
      return void response.writeHead(reply.status, { ...JSON_TYPE, ...reply.headers }).end(reply.body)
  }
  const answers: Answered[] = []
  for (const call of calls) answers.push(await answered(node, profiles, call))
  const [first] = answers
  const list = answers.map(({ answer }) => answer)
  const sent = Array.isArray(body)
    ? profiles.reduce<readonly object[]>((all, { list: change }) => change?.(all) ?? all, list)
    : list[0]
  response.writeHead(Array.isArray(body) ? 200 : (first?.status ?? 200), JSON_TYPE).end(JSON.stringify(sent))
}

const JSON_TYPE = { 'content-type': 'application/json' }
type Answered = { readonly status: number; readonly answer: object }

async function answered(node: Anvil, profiles: readonly Profile[], asked: ProxyCall): Promise<Answered> {
  const { id } = asked
  const no = ({ status = 200, ...error }: HostError): Answered => ({
    status,
    answer: { jsonrpc: '2.0', id, error },
  })
  try {
    let call = asked
    for (const profile of profiles) {
      const next = (await profile.call?.(call, node)) ?? call
      if ('message' in next) return no(next)
      call = next
    }
    let result: unknown = await node.rpc(call.method, call.params)
    for (const profile of profiles) if (profile.result) result = await profile.result(call, result, node)
    return { status: 200, answer: { jsonrpc: '2.0', id, result } }
  } catch (error) {
    if (error instanceof Refuse) return no(error.error)
    if (error instanceof RpcError) return no({ code: error.code, message: error.message, data: error.data })
    throw error
  }
}

/** Thrown by a profile that refuses when it has seen the result. */
export class Refuse extends Error {
  readonly error: HostError
  constructor(error: HostError) {
    super(error.message)
    this.error = error
  }
}

/** The blocks of a request for logs, with tags as the node knows them. */
export async function blocksOf(call: ProxyCall, node: Anvil): Promise<{ from: number; to: number }> {
  const [where = {}] = call.params as [{ fromBlock?: Hex; toBlock?: Hex }?]
  const head = async () => Number(await node.rpc('eth_blockNumber'))
  const number = async (block: string | undefined) =>
    block?.startsWith('0x') === true ? Number(block) : head()
  return { from: await number(where.fromBlock), to: await number(where.toBlock) }
}

const STATE_AT: Readonly<Record<string, number>> = {
  eth_getBalance: 1,
  eth_call: 1,
  eth_getTransactionCount: 1,
  eth_getCode: 1,
  eth_getStorageAt: 2,
}

/** The block whose state a call reads, and where among the parameters it stands; null for other calls and for tags. */
export function stateOf({
  method,
  params,
}: ProxyCall): { readonly at: number; readonly block: number } | null {
  const at = STATE_AT[method]
  const block = at === undefined ? undefined : params[at]
  return at !== undefined && typeof block === 'string' && block.startsWith('0x')
    ? { at, block: Number(block) }
    : null
}
