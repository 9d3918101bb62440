import type { Hex, KnownToken } from '#ingestion/evm/types.ts'
import type { RecordStore } from '../ports.ts'

/** What a wallet held of a token. Both are null where it is missing, with the reason. */
export type SeenBalance = {
  readonly token: KnownToken
  /** Decimal text of base units, as the chain tells it; null too where only the quantity was kept. */
  readonly amount: string | null
  /** Exact decimal text in units; null too where the token does not say how many base units make one. */
  readonly quantity: string | null
  readonly reason: string | null
}
/** A wallet on a chain as it was at a time. */
export type Seen = { readonly time: number; readonly balances: readonly SeenBalance[] }
type Place = { readonly owner: string; readonly chain: string; readonly wallet: Hex }

const KIND = 'read:balances'
const keyOf = ({ chain, wallet }: Place): string => `${chain}|${wallet}`

/** Keeps what was read, so that it can be shown while the chain does not answer. */
export async function remember(store: RecordStore, seen: readonly (Place & Seen)[]): Promise<void> {
  if (seen.length === 0) return
  await store.writeRecords({
    put: seen.map(({ time, balances, ...place }) => ({
      ...{ owner: place.owner, kind: KIND, key: keyOf(place) },
      value: JSON.stringify({ time, balances } satisfies Seen),
    })),
  })
}

/** What was read last; null where nothing was. */
export async function lastSeen(store: RecordStore, place: Place): Promise<Seen | null> {
  const from = keyOf(place)
  const [record] = await store.records({ owner: place.owner, kind: KIND, from, to: `${from}\u0000` })
  return record === undefined ? null : (JSON.parse(record.value) as Seen)
}
