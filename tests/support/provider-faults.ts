import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { sequence } from '#scripts/simulator/random.ts'
import type { SimulatorOptions } from '#scripts/simulator/server.ts'
import type { Reply } from '#scripts/simulator/reply.ts'

/** A way for a provider to misbehave, in place of its answer. */
export type Fault = (request: IncomingMessage, response: ServerResponse) => void

/** A status with a body, JSON unless it is a text. */
export function status(code: number, body: unknown = { error: `HTTP ${code}` }, headers = {}): Fault {
  return (_request, response) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(text)
  }
}

/** 429 with `Retry-After` as given; without one when null. */
export function tooMany(retryAfter: string | null): Fault {
  const body = { status: { error_code: 429, error_message: "You've exceeded the Rate Limit." } }
  return status(429, body, retryAfter === null ? {} : { 'retry-after': retryAfter })
}

/** Takes the request and never answers. */
export const hang: Fault = () => undefined

/** Sends the status line, then one byte of the body every `everyMs`. */
export function drip(everyMs: number): Fault {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    dripInto(everyMs, (byte) => response.write(byte), response)
  }
}

/** Not even the status line comes whole: one byte of it every `everyMs`. */
export function dripHeaders(everyMs: number): Fault {
  return (_request, response) => {
    const { socket } = response
    if (socket) dripInto(everyMs, (byte) => socket.write(byte), response)
  }
}

function dripInto(everyMs: number, write: (byte: string) => void, response: ServerResponse): void {
  let place = 0
  const line = 'HTTP/1.1 200 OK\r\nx-slow: '
  const timer = setInterval(() => write(line[place++ % line.length] ?? ' '), everyMs)
  response.socket?.on('close', () => clearInterval(timer)).on('error', () => clearInterval(timer))
}

/** Cuts the connection before anything is answered. */
export const reset: Fault = (request) => {
  request.socket.resetAndDestroy()
}

/** Promises the whole body and cuts the connection after `bytes` of it. */
export function truncated(body: string, bytes: number): Fault {
  return (request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    response.write(Buffer.from(body).subarray(0, bytes), () => request.socket.destroy())
  }
}

/** Ends a chunked answer properly after `bytes` of the body. */
export function shortened(body: string, bytes: number): Fault {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(Buffer.from(body).subarray(0, bytes))
  }
}

/** A gzip body that ends too early. */
export function truncatedGzip(body: string, bytes: number): Fault {
  return (_request, response) => {
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .end(gzipSync(body).subarray(0, bytes))
  }
}

/** Says a content length that is not the body's. */
export function wrongLength(body: string, difference: number): Fault {
  return (request, response) => {
    const length = Buffer.byteLength(body) + difference
    request.socket.write(
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`,
    )
    if (difference > 0) setTimeout(() => response.socket?.destroy(), 20)
  }
}

/** A page, as captive portals and CDNs send it. */
export const html: Fault = (_request, response) => {
  response
    .writeHead(200, { 'content-type': 'text/html' })
    .end('<!doctype html><html><title>Just a moment…</title></html>')
}

export function redirect(location: string): Fault {
  return (_request, response) => {
    response.writeHead(302, { location }).end()
  }
}

/** More of a body than anyone wants; written as fast as it is taken. */
export function endless(chunk = '['.repeat(65_536)): Fault {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const more = () => {
      while (!response.destroyed && response.write(chunk)) {
        // Written until the other side takes no more.
      }
    }
    response.on('drain', more).on('error', () => undefined)
    more()
  }
}

type Intercept = NonNullable<SimulatorOptions['intercept']>

/** Faults for the simulator: with a probability, from a seed. */
export function sometimes(share: number, seed: number, faults: readonly Fault[]): Intercept {
  const next = sequence(seed)
  return (_ask, request, response) => {
    if (next() >= share) return false
    const fault = faults[Math.floor(next() * faults.length)]
    fault?.(request, response)
    return fault !== undefined
  }
}

/** Changes the `prices` of every chart that the simulator answers. */
export function withPrices(change: (pairs: unknown[]) => unknown[]): (reply: Reply) => Reply {
  return (reply) => {
    const body = reply.body as { prices?: unknown[] }
    return Array.isArray(body?.prices) ? { ...reply, body: { ...body, prices: change(body.prices) } } : reply
  }
}
