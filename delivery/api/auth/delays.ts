import { LRUCache } from 'lru-cache'
import { Refusal } from '../problem.ts'

type Failures = { readonly count: number; readonly until: number }
type Limit = {
  /** Failures that cost nothing. */
  readonly free: number
  /** Seconds that are waited for at most. */
  readonly most: number
}

/** Short, since anybody can make somebody else wait by it. */
const ACCOUNT: Limit = { free: 5, most: 60 }
/** Many may sit behind one address. */
const ADDRESS: Limit = { free: 20, most: 900 }

const KEPT = 10_000
const FORGOTTEN_MS = 60 * 60_000

/** Each wrong password makes the next try wait longer: twice as long each time, by account and by address. */
export class Delays {
  private readonly now: () => number
  private readonly failures: LRUCache<string, Failures>

  constructor(now: () => number) {
    this.now = now
    this.failures = new LRUCache({ max: KEPT, ttl: FORGOTTEN_MS, perf: { now } })
  }

  /**
   * To be called before a password is looked at. It counts as wrong until it is known to be right, so that many at once
   * are no more guesses than one after the other.
   * @throws Refusal TOO_MANY, the same for an account that is not there
   */
  begin(account: string, address: string): void {
    const keys = [
      [`account ${account}`, ACCOUNT],
      [`address ${networkOf(address)}`, ADDRESS],
    ] as const
    const until = Math.max(...keys.map(([key]) => this.failures.get(key)?.until ?? 0))
    const wait = Math.ceil((until - this.now()) / 1_000)
    if (wait > 0)
      throw new Refusal('TOO_MANY', 'Too many wrong passwords.', `Try again in ${wait} s.`, {
        retryAfter: wait,
      })
    for (const [key, limit] of keys) this.count(key, limit)
  }

  /** The address keeps its count: who has one account could otherwise guess at another's for ever. */
  succeeded(account: string): void {
    this.failures.delete(`account ${account}`)
  }

  private count(key: string, { free, most }: Limit): void {
    const count = (this.failures.get(key)?.count ?? 0) + 1
    const seconds = count < free ? 0 : Math.min(most, 2 ** (count - free))
    this.failures.set(key, { count, until: this.now() + seconds * 1_000 })
  }
}

/** One customer has a whole /64 of IPv6. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address
  const [head = '', tail] = address.split('::')
  const left = head.split(':').filter((part) => part !== '')
  const right = tail === undefined ? [] : tail.split(':').filter((part) => part !== '')
  const whole = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
  return whole.slice(0, 4).join(':')
}
