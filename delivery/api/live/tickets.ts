import { hashOf, newSecret } from '../auth/random.ts'
import type { Grant } from '../types.ts'

/** How long a ticket is good. */
export const TICKET_MS = 30_000
/** Tickets that wait to be used; beyond it the oldest are of no use any more. */
const MOST = 20_000

/** Where tickets wait to be used. */
export interface TicketStore {
  /** @param key not the ticket itself, which nobody needs to keep */
  put(key: string, value: string, ms: number): Promise<void>
  /** Gives a value once. */
  take(key: string): Promise<string | null>
}

/** Tickets of this server alone. */
export function ownTickets(now: () => number): TicketStore {
  const kept = new Map<string, { readonly value: string; readonly until: number }>()
  return {
    async put(key, value, ms) {
      for (const [old, { until }] of kept) {
        if (until > now() && kept.size < MOST) break
        kept.delete(old)
      }
      kept.set(key, { value, until: now() + ms })
    },
    async take(key) {
      const found = kept.get(key)
      kept.delete(key)
      return found === undefined || found.until <= now() ? null : found.value
    },
  }
}

/**
 * One-time texts by which a page that cannot send a header says who it is, since a token has no place in an address.
 * Only their hashes are kept.
 */
export class Tickets {
  private readonly store: TicketStore
  private readonly now: () => number

  constructor(store: TicketStore, now: () => number) {
    this.store = store
    this.now = now
  }

  async make(grant: Grant): Promise<{ ticket: string; expires: number }> {
    const ticket = newSecret()
    await this.store.put(hashOf(ticket), JSON.stringify(grant), TICKET_MS)
    return { ticket, expires: this.now() + TICKET_MS }
  }

  /** For whom a ticket speaks; null for one that is not there, was used, or is too old. */
  async take(ticket: string): Promise<Grant | null> {
    const value = await this.store.take(hashOf(ticket))
    return value === null ? null : (JSON.parse(value) as Grant)
  }
}
