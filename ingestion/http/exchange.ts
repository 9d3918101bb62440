import type http from 'node:http'
import type https from 'node:https'
import type { Readable } from 'node:stream'
import axios, { type AxiosInstance, type AxiosResponse } from 'axios'
import { CONNECT_TIMEOUT, isLoopback } from './agents.ts'

export type Limits = {
  /** Connection established, TLS included. */
  readonly connectMs: number
  /** First line and headers of the answer, counted from the start of the call. */
  readonly headersMs: number
  /** Whole call, body included. */
  readonly totalMs: number
  /** Body after decompression. */
  readonly maxBytes: number
}
export type HttpRequest = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
}
export type HttpResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
}

export type TroubleKind = 'unreachable' | 'timeout' | 'answer' | 'too-large' | 'aborted'
/** A call that brought no answer. Made from axios' error, of which nothing else is kept: it carries headers and keys. */
export class Trouble extends Error {
  readonly kind: TroubleKind
  constructor(kind: TroubleKind, message: string) {
    super(message)
    this.kind = kind
  }
}

/** An axios client that follows no redirect, judges no status and hands out the body as a stream. */
export function httpClient(
  baseUrl: URL,
  headers: Readonly<Record<string, string>>,
  agents: { http: http.Agent; https: https.Agent },
): AxiosInstance {
  return axios.create({
    baseURL: baseUrl.href.replace(/\/$/, ''),
    headers: { common: headers },
    httpAgent: agents.http,
    httpsAgent: agents.https,
    // Key headers would travel to wherever a redirect leads.
    maxRedirects: 0,
    validateStatus: () => true,
    responseType: 'stream',
    decompress: true,
    // With HTTP_PROXY set axios would send calls to this very machine through the proxy.
    ...(isLoopback(baseUrl.hostname) ? { proxy: false as const } : {}),
  })
}

/** One request and its whole answer within all limits. @throws Trouble */
export async function exchange(
  client: AxiosInstance,
  request: HttpRequest,
  limits: Limits,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const call = new AbortController()
  const stop = (trouble: Trouble) => call.abort(trouble)
  const onAbort = () => stop(new Trouble('aborted', 'interrupted'))
  if (signal.aborted) throw new Trouble('aborted', 'interrupted')
  signal.addEventListener('abort', onAbort, { once: true })
  const total = setTimeout(
    () => stop(new Trouble('timeout', `the whole answer took more than ${seconds(limits.totalMs)}`)),
    limits.totalMs,
  )
  const headers = setTimeout(
    () => stop(new Trouble('timeout', `no answer began within ${seconds(limits.headersMs)}`)),
    limits.headersMs,
  )
  try {
    const response: AxiosResponse<Readable> = await client.request<Readable>({
      method: request.method,
      url: request.path,
      signal: call.signal,
      ...(request.query ? { params: request.query } : {}),
      ...(request.body === undefined ? {} : { data: request.body }),
    })
    clearTimeout(headers)
    const text = await readText(response.data, limits.maxBytes, call.signal)
    return { status: response.status, headers: plainHeaders(response.headers), text }
  } catch (error) {
    throw troubleOf(error, call.signal, limits)
  } finally {
    clearTimeout(total)
    clearTimeout(headers)
    signal.removeEventListener('abort', onAbort)
  }
}

async function readText(body: Readable, maxBytes: number, signal: AbortSignal): Promise<string> {
  const cut = () => body.destroy(signal.reason as Trouble)
  if (signal.aborted) cut()
  signal.addEventListener('abort', cut, { once: true })
  const pieces: Buffer[] = []
  let bytes = 0
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      bytes += piece.length
      if (bytes > maxBytes) throw new Trouble('too-large', `the answer is larger than ${maxBytes} bytes`)
      pieces.push(piece)
    }
  } finally {
    signal.removeEventListener('abort', cut)
    body.destroy()
  }
  return Buffer.concat(pieces).toString('utf8')
}

function plainHeaders(headers: AxiosResponse['headers']): HttpResponse['headers'] {
  const pick = (name: string) => {
    const value: unknown = headers[name]
    return typeof value === 'string' ? value : undefined
  }
  const names = ['date', 'age', 'retry-after', 'location', 'content-type']
  return Object.fromEntries(names.map((name) => [name, pick(name)]))
}

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host name is not known (DNS)',
  EAI_AGAIN: 'the host name could not be looked up (DNS)',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the connection timed out',
  ECONNABORTED: 'the connection was cut',
  ERR_STREAM_PREMATURE_CLOSE: 'the answer was cut short',
}

function troubleOf(error: unknown, signal: AbortSignal, limits: Limits): Trouble {
  if (signal.aborted && signal.reason instanceof Trouble) return signal.reason
  if (error instanceof Trouble) return error
  const code = codeOf(error)
  if (code === CONNECT_TIMEOUT) {
    return new Trouble('timeout', `no connection within ${seconds(limits.connectMs)}`)
  }
  if (code.startsWith('Z_')) return new Trouble('answer', `the compressed answer is damaged (${code})`)
  if (code.startsWith('HPE_')) return new Trouble('answer', `the answer is not well-formed HTTP (${code})`)
  return new Trouble('unreachable', `${WORDS[code] ?? 'the call failed on the network'} (${code})`)
}

// Only the code is taken, and only when it looks like one: messages of the network layer can hold URLs.
function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null
  return typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? code : 'UNKNOWN'
}

function seconds(ms: number): string {
  return `${ms / 1000} s`
}
