import type { Flow } from '#core/flow.ts'
import { asideBook, walletBook } from '#core/portfolio.ts'
import type { BlockRef, NftMove, WalletPart } from '#ingestion/evm/types.ts'
import type { FlowImportResult, LedgerStore, RecordStore, StoredRecord } from '../ports.ts'
import { padded, sourceOf, standingChange, type Standing } from './standing.ts'
import { takeBack } from './take-back.ts'

export type PartStore = LedgerStore & RecordStore
export type Counts = { readonly added: number; readonly changed: number; readonly unchanged: number }
/** Told what storing changed. */
export type PartTally = {
  readonly addFlows: (result: FlowImportResult) => void
  readonly addBalances: (counts: Counts) => void
}
/** What was read of a wallet from where it stood. */
export type Piece = {
  readonly owner: string
  readonly before: Standing
  readonly part: WalletPart
  readonly until: BlockRef
  readonly at: number
  /** Whether the owner has edited any flow. */
  readonly edits: boolean
  /** What the reading rests on, kept with where it stands. */
  readonly rested: Pick<Standing, 'assets' | 'own'>
}

/** Later than every block. */
const EVER = Number.MAX_SAFE_INTEGER

/**
 * Stores a part that is final. Each step replaces what its blocks may have held before, and what says that the reading
 * stands after it comes last: cut off anywhere, the part is read again and ends in the same rows.
 */
export async function storeFinal(
  store: PartStore,
  piece: Piece & { readonly checkpoint: boolean; readonly monthEnd: boolean },
  tally: PartTally,
): Promise<Standing> {
  const { owner, before, part, until, monthEnd } = piece
  await storeFlows(store, piece, until.time, tally)
  if (piece.checkpoint) await storeBalances(store, piece, before.kept, tally)
  const after: Standing = {
    scan: part.next,
    hash: until.hash,
    since: before.since,
    kept: monthEnd ? until.time : before.kept,
    fresh: false,
    seen: Math.max(before.seen, until.time),
    ...piece.rested,
  }
  const nfts = await nftChange(store, piece, until.number)
  const { put, drop } = await standingChange(store, owner, after, monthEnd)
  await store.writeRecords({ put: [...nfts.put, ...put], drop: [...nfts.drop, ...drop] })
  return after
}

/** Stores what may still be undone, in the place of all that was such before. The reading stands where it stood. */
export async function storeProvisional(store: PartStore, piece: Piece, tally: PartTally): Promise<Standing> {
  const { owner, before, until } = piece
  const { time } = before.scan.until
  await storeFlows(store, piece, EVER, tally)
  await storeBalances(store, piece, time, tally)
  const after = { ...before, seen: until.time, ...piece.rested }
  const nfts = await nftChange(store, piece, null)
  const { put, drop } = await standingChange(store, owner, after, false)
  await store.writeRecords({ put: [...nfts.put, ...put], drop: [...nfts.drop, ...drop] })
  return after
}

async function storeFlows(store: PartStore, piece: Piece, until: number, tally: PartTally): Promise<void> {
  const { owner, before, part, at } = piece
  const { wallet, chain } = before.scan
  const source = sourceOf(chain)
  // The opening has the time of the block before the first.
  const after = before.fresh ? -1 : before.scan.until.time
  const books = [
    { book: walletBook(wallet), flows: part.flows },
    { book: asideBook(wallet), flows: part.aside },
  ]
  const come = new Set(books.flatMap(({ book, flows }) => flows.map(({ id }) => `${book} ${id}`)))
  const isGone = (flow: Flow) =>
    flow.source === source &&
    books.some(({ book }) => book === flow.book) &&
    flow.time > after &&
    flow.time <= until &&
    !come.has(`${flow.book} ${flow.id}`)
  if (piece.edits) await takeBack(store, owner, isGone, at)
  for (const { book, flows } of books) {
    if (flows.length === 0 && (await noFlows(store, owner, book, after, until))) continue
    const rows = flows.map((flow) => ({ ...flow, owner, book, source }))
    const scope = { owner, book, source, file: null, mode: 'span', span: { after, until } } as const
    tally.addFlows(await store.importFlows({ ...scope, at, flows: rows.length === 0 ? [] : [rows] }))
  }
}

/** Most parts of most wallets hold nothing, and to import nothing costs as much as to import something. */
async function noFlows(store: PartStore, owner: string, book: string, after: number, until: number) {
  return (await store.flowCount({ owner, books: [book], after, until })) === 0
}

async function storeBalances(
  store: PartStore,
  { owner, before, part }: Piece,
  after: number,
  tally: PartTally,
): Promise<void> {
  const { wallet, chain } = before.scan
  const source = sourceOf(chain)
  const rows = part.balances.map((balance) => ({ ...balance, owner, source }))
  tally.addBalances(await store.replaceBalances({ owner, wallet, chain, source, after }, rows))
}

/** NFTs that came and went in the blocks of a part, in the place of those recorded there before. */
async function nftChange(
  store: RecordStore,
  { owner, before, part }: Piece,
  until: number | null,
): Promise<{ put: StoredRecord[]; drop: StoredRecord[] }> {
  const { wallet, chain, until: stands } = before.scan
  const place = `${chain}|${wallet}`
  const from = before.fresh ? `${place}|` : `${place}|${padded(stands.number + 1)}`
  const to = until === null ? `${place}}` : `${place}|${padded(until + 1)}`
  const put = part.nfts.map((move) => ({
    owner,
    kind: 'nft',
    key: nftKey(place, move),
    value: JSON.stringify(move),
  }))
  const kept = new Set(put.map(({ key }) => key))
  const present = await store.records({ owner, kind: 'nft', from, to })
  return { put, drop: present.filter(({ key }) => !kept.has(key)) }
}

const nftKey = (place: string, { block, logIndex, tokenId }: NftMove): string =>
  `${place}|${padded(block.number)}|${block.hash}|${padded(logIndex)}|${tokenId}`
