import { isLoopback } from '../../http/agents.ts'

/** How a host is met before it has said anything. */
export type Manner = {
  /** Requests a second. */
  readonly rate: number
  /** Calls of one request. */
  readonly batch: number
}

/** More than this no endpoint is asked, unless it is set. */
export const CEILING = 100
const GENTLE: Manner = { rate: 10, batch: 10 }
const OWN: Manner = { rate: CEILING, batch: 100 }

// Plans behind a key that bear the ceiling. Alchemy advises lists below 50, QuickNode takes smaller ones.
const KNOWN: readonly (readonly [RegExp, Manner])[] = [
  [/\.g\.alchemy\.com$/, { rate: 25, batch: 25 }],
  [/\.infura\.io$/, { rate: 25, batch: 25 }],
  [/\.quiknode\.pro$/, { rate: 25, batch: 10 }],
]
// Networks that are nobody else's: this machine, and addresses of private ranges.
const PRIVATE =
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)[\d.]+$|^[a-z0-9-]+$|\.(?:local|lan|internal|svc)$/

/** What an endpoint is asked at most: own nodes to the ceiling, known plans less, anybody else gently. */
export function mannerOf(url: string): Manner {
  const { hostname } = new URL(url)
  if (isLoopback(hostname) || PRIVATE.test(hostname)) return OWN
  return KNOWN.find(([host]) => host.test(hostname))?.[1] ?? GENTLE
}
