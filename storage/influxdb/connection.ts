import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { InfluxDB, setLogger, type SendOptions } from '@influxdata/influxdb-client'
import Bottleneck from 'bottleneck'
import pRetry from 'p-retry'
import type { InfluxOptions } from '../mongodb/open.ts'
import { canPass, influxError, isTooLarge, retryAfterMs, type Place } from './errors.ts'

/** How patient a connection is; tests hurry it. */
export type Patience = {
  /** The longest that one call may take, from connecting to the last byte. */
  readonly callMs: number
  /** After how long without an answer no call is tried again. */
  readonly retryMs: number
  readonly retries: number
  readonly firstWaitMs: number
}
const PATIENCE: Patience = { callMs: 60_000, retryMs: 90_000, retries: 5, firstWaitMs: 250 }

/** What a call gets once patience has run out: a server that is back answers in that time. */
const LAST_TRY_MS = 5_000

const IN_FLIGHT = 4
const LONGEST_WAIT_MS = 30_000

/** Below this, packing costs more than it saves; on this machine it never saves anything. */
const GZIP_BYTES = 4096
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** One call: a client whose every request ends with `signal`. */
export type Call<T> = (client: InfluxDB) => Promise<T>

export type Connection = {
  readonly options: InfluxOptions
  /** Whether answers and batches travel far enough to be packed. */
  readonly packed: boolean
  /** How a batch is sent. */
  readonly packing: SendOptions
  /**
   * Makes a call, at most four at a time, and again while it may come right.
   * @param what what it is for, as a noun
   * @returns its result, and whether an earlier try failed: then nobody knows what of it was done
   * @throws TidemarkError, but an answer 413 as it is: whoever sent too much sends less
   */
  call<T>(what: string, call: Call<T>): Promise<{ readonly result: T; readonly troubled: boolean }>
  close(): void
}

export function connect(options: InfluxOptions, patience: Partial<Patience> = {}): Connection {
  const { callMs, retryMs, retries, firstWaitMs } = { ...PATIENCE, ...patience }
  const { protocol, hostname } = new URL(options.url)
  const Agent = protocol === 'https:' ? HttpsAgent : HttpAgent
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT })
  const flights = new Bottleneck({ maxConcurrent: IN_FLIGHT })
  const packed = !LOOPBACK.test(hostname)
  // It prints some of what fails on the console; all of it reaches us as errors.
  setLogger({ error: () => undefined, warn: () => undefined })

  // All calls share one patience: a hundred of them would else wait for a dead server one after the other.
  let failingSince: number | null = null
  const patienceLeft = () =>
    failingSince === null ? retryMs : Math.max(0, failingSince + retryMs - performance.now())
  const once = async <T>(call: Call<T>): Promise<T> => {
    const began = performance.now()
    const timeout = Math.min(callMs, Math.max(LAST_TRY_MS, patienceLeft()))
    const abort = new AbortController()
    const timer = setTimeout(() => abort.abort(), timeout)
    const { url, token } = options
    // The client's own timeout is one of silence only: a byte now and then would keep a call for ever.
    const transportOptions = { agent, signal: abort.signal }
    try {
      const result = await call(new InfluxDB({ url, token, timeout, transportOptions }))
      failingSince = null
      return result
    } catch (error) {
      failingSince = canPass(error) ? (failingSince ?? began) : null
      throw error
    } finally {
      clearTimeout(timer)
    }
  }
  const patiently = async <T>(call: Call<T>): Promise<{ result: T; troubled: boolean }> => {
    let troubled = false
    const result = await pRetry(() => once(call).catch(rethrow), {
      retries,
      minTimeout: firstWaitMs,
      maxTimeout: 5_000,
      randomize: true,
      maxRetryTime: retryMs,
      shouldRetry: ({ error }) => canPass(error.cause) && patienceLeft() > 0,
      onFailedAttempt: async ({ error, retriesLeft }) => {
        troubled = true
        if (retriesLeft > 0 && canPass(error.cause)) await politely(error.cause)
      },
    })
    return { result, troubled }
  }
  return {
    options,
    packed,
    packing: {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      gzipThreshold: packed ? GZIP_BYTES : Number.POSITIVE_INFINITY,
    },
    async call(what, call) {
      try {
        return await flights.schedule(() => patiently(call))
      } catch (error) {
        const cause = error instanceof Failure ? error.cause : error
        if (isTooLarge(cause)) throw cause
        throw influxError(cause, placeOf(options, what))
      }
    },
    close: () => agent.destroy(),
  }
}

/** p-retry takes no TypeError for a failure of the network, and a few of those are. */
class Failure extends Error {}
function rethrow(cause: unknown): never {
  throw new Failure('a call to InfluxDB failed', { cause })
}

/** What the server asks for with `Retry-After`, as far as it is bearable. */
async function politely(error: unknown): Promise<void> {
  const wait = Math.min(retryAfterMs(error, Date.now()) ?? 0, LONGEST_WAIT_MS)
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
}

const placeOf = ({ url, org, bucket }: InfluxOptions, what: string): Place => ({ url, org, bucket, what })
