import { hash } from 'node:crypto'
import { Decimal } from '#core/decimal.ts'
import type { Flow } from '#core/flow.ts'
import { DAY_MS } from '#core/hour.ts'
import { walletBook } from '#core/portfolio.ts'
import { groupOf, MATCH_TX } from '#pnl/flows/leg.ts'
import { matchTransfers, type Match, type Side } from '#pnl/flows/match.ts'
import { newVersion } from '../jobs/edit-flow.ts'
import type { FlowEdits } from '../ports.ts'
import { sourceOf, standings } from './standing.ts'
import type { PartStore } from './store-part.ts'

/** A way between chains takes a day at most, but for those that are told by hand, and costs little. */
const SETTINGS = { windowMs: DAY_MS, feeShare: 0.02 }

/** Flows this much older than those looked at last are looked at again: what they are a pair with may come late. */
const MARGIN_MS = 2 * DAY_MS

/** Kind of the records that keep which pairs were made, so that one that was taken back by hand is not made again. */
const MADE = 'read:pair'
/** Kind of the record that says up to when flows were looked at. */
const LOOKED = 'read:paired'

/** What left a chain or came to one, with the row of the contract that it went through, where there is one. */
type BridgeSide = Side & { readonly flow: Flow; readonly through: Flow | null }

/**
 * Pairs what left a wallet on one chain with what came to a wallet on another: the same asset, within a day, no more
 * than 2 % lost, and nothing else that would do for either. What went into the contract of a bridge lies there no longer.
 * @returns how many pairs were made
 */
export async function pairBridges(store: PartStore, owner: string, now: number): Promise<number> {
  const [looked] = await store.records({ owner, kind: LOOKED })
  const after = looked === undefined ? -1 : Number(looked.value) - MARGIN_MS
  const flows = await flowsOf(store, owner, after)
  const { matches } = matchTransfers(sidesOf(flows), SETTINGS)
  const known = new Set((await store.records({ owner, kind: MADE })).map(({ key }) => key))
  let made = 0
  for (const match of matches.filter(({ sure }) => sure === 'likely')) {
    const id = idOf(match)
    if (known.has(id) || !(await store.editFlows(await editOf(store, owner, match, id, now)))) continue
    await store.writeRecords({ put: [{ owner, kind: MADE, key: id, value: '' }] })
    made++
  }
  const newest = flows.at(-1)?.time
  if (newest !== undefined)
    await store.writeRecords({ put: [{ owner, kind: LOOKED, key: '', value: String(newest) }] })
  return made
}

/** Flows of every wallet that was read from a chain, by time. */
async function flowsOf(store: PartStore, owner: string, after: number): Promise<Flow[]> {
  const read = await standings(store, owner)
  // On a single chain there is no way to another.
  if (new Set(read.map(({ chain }) => chain)).size < 2) return []
  const sources = new Set(read.map(({ chain }) => sourceOf(chain)))
  const books = [...new Set(read.map(({ wallet }) => walletBook(wallet)))]
  return (await store.flows({ owner, books, after })).filter(({ source }) => sources.has(source))
}

function sidesOf(flows: readonly Flow[]): BridgeSide[] {
  const places = new Map<string, Flow[]>()
  const transfers = new Map<string, Flow[]>()
  for (const flow of flows.filter(({ kind }) => kind === 'transfer')) {
    const into = isPlace(flow) ? places : transfers
    into.set(keyOf(flow), [...(into.get(keyOf(flow)) ?? []), flow])
  }
  const sides: BridgeSide[] = []
  for (const flow of flows) {
    if (isPlace(flow) || flow.tx?.startsWith(MATCH_TX) === true) continue
    if (flow.kind === 'withdraw' || flow.kind === 'deposit' || flow.kind === 'airdrop')
      sides.push(sideOf(flow, null))
    if (flow.kind !== 'transfer') continue
    const through = (places.get(keyOf(flow)) ?? []).find((each) => isMirror(each, flow)) ?? null
    const others = (transfers.get(keyOf(flow)) ?? []).filter((each) => signOf(each) !== signOf(flow))
    if (through !== null || others.length === 0) sides.push(sideOf(flow, through))
  }
  return sides
}

/** Sides pair when their `wallet` differs: here that is the chain. */
function sideOf(flow: Flow, through: Flow | null): BridgeSide {
  const { id, book, asset, time, quantity } = flow
  return { id: `${book}|${id}`, asset, wallet: flow.chain ?? '', time, quantity, tx: null, flow, through }
}

const isPlace = ({ wallet }: Flow): boolean => wallet.startsWith('contract:')
const signOf = ({ quantity }: Flow): boolean => quantity.startsWith('-')
const keyOf = (flow: Flow): string => `${flow.book}|${groupOf(flow) ?? flow.id}|${flow.asset}`
const isMirror = (a: Flow, b: Flow): boolean => new Decimal(a.quantity).plus(b.quantity).isZero()

const idOf = ({ sent, received }: Match): string =>
  hash('sha256', `${sent.id}|${received.id}`, 'hex').slice(0, 12)

async function editOf(
  store: PartStore,
  owner: string,
  { sent, received }: Match<BridgeSide>,
  id: string,
  at: number,
): Promise<FlowEdits> {
  const edits: FlowEdits['edits'][number][] = []
  for (const { flow, through } of [sent, received]) {
    const put = await newVersion(flow, { kind: 'transfer', tx: `${MATCH_TX}${id}` }, { store })
    edits.push({ book: flow.book, id: flow.id, put })
    if (through !== null) edits.push({ book: through.book, id: through.id, put: null })
  }
  // The words are those by which "transfers match --undo" knows a pair.
  return { owner, at, who: 'tidemark ingest', why: `pair ${id}: between chains`, what: 'paired', edits }
}
