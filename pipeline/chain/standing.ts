import { byBytes, type AssetId } from '#core/asset.ts'
import type { Hex, WalletScan } from '#ingestion/evm/types.ts'
import type { RecordStore, StoredRecord } from '../ports.ts'

/** Where the reading of a wallet on a chain stands: the final state alone, so that a run goes on from what is certain. */
export type Standing = {
  readonly scan: WalletScan
  /** Of the block `scan.until`: another one there says that it was undone. */
  readonly hash: Hex
  /** Flows are complete since then, in milliseconds; 0 is since the chain began. */
  readonly since: number
  /** Time of the last end of a month, whose balances are kept; −1 before the first. */
  readonly kept: number
  /** Nothing was read yet. */
  readonly fresh: boolean
  /** Time of the newest block seen, final or not. */
  readonly seen: number
  /** Which asset each contract seen was, by which its flows are stored; absent in records of before it was kept. */
  readonly assets?: Readonly<Record<string, AssetId>>
  /** The mark of the own addresses by which flows were told to be transfers; absent where none was given. */
  readonly own?: string
}

/** Kind of the records that say where readings stand, and of those at ends of months to go back to. */
const SCAN = 'read:scan'
const CHECKPOINT = 'read:checkpoint'

/** A block undone below what was final is rare; more checkpoints than these are of no use. */
const CHECKPOINTS = 3

type Place = { readonly owner: string; readonly wallet: string; readonly chain: string }

export const sourceOf = (chain: string): string => `rpc:${chain}`
/** Of numbers as text, ordered as numbers are. */
export const padded = (block: number): string => String(block).padStart(12, '0')
const keyOf = ({ wallet, chain }: Place): string => `${chain}|${wallet}`
const checkpointKey = (place: Place, block: number): string => `${keyOf(place)}|${padded(block)}`
/** Keys that begin with a text: from it to the text with the next sign at its end. */
const beginning = (text: string) => ({ from: `${text}|`, to: `${text}}` })

export async function standingOf(store: RecordStore, place: Place): Promise<Standing | null> {
  const key = keyOf(place)
  const [record] = await store.records({ owner: place.owner, kind: SCAN, from: key, to: `${key}\u0000` })
  return record === undefined ? null : (JSON.parse(record.value) as Standing)
}

/** Where all readings of an owner stand, by wallet and chain. */
export async function standings(
  store: RecordStore,
  owner: string,
): Promise<{ readonly wallet: string; readonly chain: string; readonly standing: Standing }[]> {
  const records = await store.records({ owner, kind: SCAN })
  return records.map(({ value }) => {
    const standing = JSON.parse(value) as Standing
    return { wallet: standing.scan.wallet, chain: standing.scan.chain, standing }
  })
}

/** Ends of months that a reading may go back to, the newest first. */
export async function checkpointsOf(store: RecordStore, place: Place): Promise<Standing[]> {
  const records = await checkpointRecords(store, place)
  return records.map(({ value }) => JSON.parse(value) as Standing).reverse()
}

const checkpointRecords = (store: RecordStore, place: Place): Promise<StoredRecord[]> =>
  store.records({ owner: place.owner, kind: CHECKPOINT, ...beginning(keyOf(place)) })

type Change = { readonly put: StoredRecord[]; readonly drop: StoredRecord[] }

/** The records that make a reading stand there. Checkpoints beyond it are dropped, and old ones. */
export async function standingChange(
  store: RecordStore,
  owner: string,
  standing: Standing,
  isCheckpoint: boolean,
): Promise<Change> {
  const { wallet, chain, until } = standing.scan
  const place = { owner, wallet, chain }
  const value = JSON.stringify(standing)
  const put = [{ owner, kind: SCAN, key: keyOf(place), value }]
  if (isCheckpoint) put.push({ owner, kind: CHECKPOINT, key: checkpointKey(place, until.number), value })
  const here = checkpointKey(place, until.number)
  const known = (await checkpointRecords(store, place)).filter(({ key }) => key !== here)
  const before = known.filter(({ key }) => byBytes(key, here) < 0)
  const beyond = known.filter(({ key }) => byBytes(key, here) > 0)
  return { put, drop: [...beyond, ...before.slice(0, -CHECKPOINTS)] }
}
