import { hash } from 'node:crypto'
import type { Flow } from '#core/flow.ts'
import { HOUR_MS } from '#core/hour.ts'
import { monthEnd, monthStart } from '#core/month.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { groupOf, MATCH_TX } from '#pnl/flows/leg.ts'
import { matchTransfers, type Match, type MatchSettings, type Side } from '#pnl/flows/match.ts'
import type { EditedFlow, LedgerStore } from '../ports.ts'
import { booksOf, newVersion, restoreAll, type ByHand } from './edit-flow.ts'
import type { JobIo } from './io.ts'

type Io = Pick<JobIo, 'now'> & { readonly store: LedgerStore }
/** A side with the flow that it is. */
export type FlowSide = Side & { readonly flow: Flow }
/** A pair with the id that it is known by. */
export type Proposal = Match<FlowSide> & { readonly id: string }
export type Proposals = { readonly pairs: readonly Proposal[]; readonly unpaired: readonly FlowSide[] }

/** Pairs what left one wallet of a portfolio with what came into another; changes nothing. */
export async function proposeMatches(
  portfolio: Portfolio,
  settings: MatchSettings,
  { store }: Pick<Io, 'store'>,
): Promise<Proposals> {
  const { matches, unpaired } = matchTransfers(await openSides(portfolio, store), settings)
  const pairs = matches.map((match) => ({ ...match, id: pairId(match) }))
  return { pairs, unpaired }
}

/**
 * Records pairs: in the place of both flows stand two legs of one transfer, and the originals are kept. An import that
 * brings those again leaves the pair as it is.
 * @returns how many were recorded; a pair of which a side was changed meanwhile is left out
 */
export async function applyMatches(
  portfolio: Portfolio,
  pairs: readonly Proposal[],
  { who, why }: ByHand,
  io: Io,
): Promise<number> {
  let applied = 0
  const at = io.now()
  for (const { id, sent, received } of pairs) {
    const put = { kind: 'transfer', tx: `${MATCH_TX}${id}` } as const
    const edits = []
    for (const { flow } of [sent, received])
      edits.push({ book: flow.book, id: flow.id, put: await newVersion(flow, put, io) })
    const change = { owner: portfolio.owner, at, who, why: whyOf(id, why), what: 'paired' as const, edits }
    if (await io.store.editFlows(change)) applied++
  }
  return applied
}

/** Takes recorded pairs back, all of them or those named. @returns the flows that stand again */
export async function undoMatches(
  portfolio: Portfolio,
  only: readonly string[] | null,
  by: ByHand,
  io: Io,
): Promise<EditedFlow[]> {
  const edited = await io.store.editedFlows(portfolio.owner, booksOf(portfolio))
  const paired = edited.filter(({ log }) => {
    const last = log.at(-1)
    return last?.what === 'paired' && (only === null || only.some((id) => last.why.startsWith(whyOf(id, ''))))
  })
  if (paired.length > 0) await restoreAll(portfolio.owner, paired, by, io)
  return paired
}

const whyOf = (id: string, why: string): string => `pair ${id}${why === '' ? '' : `: ${why}`}`

const pairId = ({ sent, received }: Match): string =>
  hash('sha256', `${sent.id}|${received.id}`, 'hex').slice(0, 12)

/** What left and came without its other side: withdrawals, deposits, and transfers that are no pair yet. */
async function openSides(portfolio: Portfolio, store: LedgerStore): Promise<FlowSide[]> {
  const { owner } = portfolio
  const books = booksOf(portfolio)
  const names = namesOf(portfolio)
  const sides: FlowSide[] = []
  const transfers: Flow[] = []
  const months = new Set((await store.flowMonths(owner, books)).map(({ month }) => month))
  for (const month of [...months].sort()) {
    const span = { after: monthStart(month) - HOUR_MS, until: monthEnd(month) - HOUR_MS }
    for (const flow of await store.flows({ owner, books, ...span })) {
      if (flow.kind === 'transfer') transfers.push(flow)
      else if (flow.kind === 'withdraw' || flow.kind === 'deposit') sides.push(sideOf(flow, names))
    }
  }
  return [...sides, ...unpairedOf(transfers).map((flow) => sideOf(flow, names))]
}

function sideOf(flow: Flow, names: ReadonlyMap<string, string>): FlowSide {
  const { id, asset, time, quantity } = flow
  const wallet = names.get(flow.wallet) ?? names.get(flow.wallet.toLowerCase()) ?? flow.wallet
  return { id: `${flow.book}|${id}`, asset, wallet, time, quantity, tx: flow.tx?.toLowerCase() ?? null, flow }
}

function namesOf({ wallets }: Portfolio): Map<string, string> {
  return new Map(
    wallets.flatMap(({ address, label }) => [
      [address.toLowerCase(), address] as const,
      ...(label === null ? [] : [[label, address] as const]),
    ]),
  )
}

/** Transfers of which nothing goes the other way in their transaction. */
function unpairedOf(transfers: readonly Flow[]): Flow[] {
  const directions = new Map<string, Set<boolean>>()
  const key = (flow: Flow) => `${groupOf(flow) ?? `row:${flow.id}`}|${flow.asset}`
  for (const flow of transfers) {
    const known = directions.get(key(flow)) ?? new Set()
    directions.set(key(flow), known.add(flow.quantity.startsWith('-')))
  }
  return transfers.filter((flow) => directions.get(key(flow))?.size === 1)
}
