import { TidemarkError } from '#core/errors.ts'
import type { Flow } from '#core/flow.ts'
import { portfolioBook, walletBook, type Portfolio } from '#core/portfolio.ts'
import { contentKey, flowId } from '#ingestion/flows-csv/row.ts'
import type { EditedFlow, LedgerStore } from '../ports.ts'
import { refuseUnsound, type NewFlow } from './import-flows.ts'
import type { JobIo } from './io.ts'

type Io = Pick<JobIo, 'now'> & { readonly store: LedgerStore }
/** Who does it and why, kept with the old version. */
export type ByHand = { readonly who: string; readonly why: string }

/** Books of a portfolio: its own, and those of its wallets. */
export const booksOf = ({ name, wallets }: Portfolio): string[] => [
  portfolioBook(name),
  ...wallets.map(({ address }) => walletBook(address)),
]

/**
 * Puts a corrected version in the place of a flow and returns both. Imports that bring the old one again leave it out.
 * @throws TidemarkError INPUT_INVALID for an id that does not stand, a flow that is none, or no change at all
 */
export async function editFlow(
  request: { portfolio: Portfolio; id: string; change: Partial<NewFlow> } & ByHand,
  io: Io,
): Promise<{ before: Flow; after: Flow }> {
  const { portfolio, change, who, why } = request
  const before = await standingFlow(portfolio, request.id, io)
  const time = Math.floor((change.time ?? before.time) / 1000) * 1000
  const after = await newVersion(before, { ...change, time }, io)
  refuseUnsound(after)
  const edits = [{ book: before.book, id: before.id, put: after }]
  const { owner } = before
  if (!(await io.store.editFlows({ owner, at: io.now(), who, why, what: 'edited', edits }))) throw raced()
  return { before, after }
}

/** Removes a flow and returns it. @throws TidemarkError INPUT_INVALID for an id that does not stand */
export async function removeFlow(
  request: { portfolio: Portfolio; id: string } & ByHand,
  io: Io,
): Promise<Flow> {
  const { portfolio, who, why } = request
  const flow = await standingFlow(portfolio, request.id, io)
  const edits = [{ book: flow.book, id: flow.id, put: null }]
  const change = { owner: flow.owner, at: io.now(), who, why, what: 'removed' as const, edits }
  if (!(await io.store.editFlows(change))) throw raced()
  return flow
}

/**
 * Brings back what an edit put away, by its own id or that of what stands in its place; both sides of a pair together.
 * @throws TidemarkError INPUT_INVALID where no edit is known by that id, or what it put in was edited again
 */
export async function restoreFlow(
  request: { portfolio: Portfolio; id: string } & ByHand,
  io: Io,
): Promise<EditedFlow[]> {
  const { portfolio, id, who, why } = request
  const all = await io.store.editedFlows(portfolio.owner, booksOf(portfolio))
  const whole = all.find(({ flow, replacement }) => flow.id === id || replacement === id)
  // A flow that was edited twice is named by two rows: only where no id is meant whole can a beginning be ambiguous.
  const begun =
    whole === undefined && isBeginning(id)
      ? all.filter(({ flow, replacement }) => flow.id.startsWith(id) || replacement?.startsWith(id) === true)
      : []
  if (begun.length > 1) throw ambiguous(id, begun.length)
  const found = whole ?? begun[0]
  if (found === undefined) {
    throw new TidemarkError('INPUT_INVALID', {
      message: `Nothing that was edited or removed is known by the id ${id}.`,
      fix: '"tidemark flows restore" without an id lists what can be brought back.',
    })
  }
  const last = found.log.at(-1)
  const together = last?.what === 'paired' ? all.filter((each) => isMate(each, found)) : [found]
  await restoreAll(portfolio.owner, together, { who, why }, io)
  return together
}

/** Takes edits back. @throws TidemarkError INPUT_INVALID when one of them was edited again */
export async function restoreAll(
  owner: string,
  edited: readonly EditedFlow[],
  by: ByHand,
  io: Io,
): Promise<void> {
  const flows = edited.map(({ flow: { book, id } }) => ({ book, id }))
  if (await io.store.restoreFlows({ owner, at: io.now(), ...by, flows })) return
  throw new TidemarkError('INPUT_INVALID', {
    message: 'What stands in its place was edited or removed in its turn.',
    fix: 'Restore that first: "tidemark flows restore" lists it.',
  })
}

/** The words in which a pair is recorded name the pair. */
const isMate = (a: EditedFlow, b: EditedFlow): boolean => {
  const [one, other] = [a.log.at(-1), b.log.at(-1)]
  return one?.what === 'paired' && one.at === other?.at && one.why === other.why
}

/** A flow with other values, under an id that does not stand: content and ordinal, as any other. */
export async function newVersion(
  before: Flow,
  change: Partial<NewFlow>,
  io: Pick<Io, 'store'>,
): Promise<Flow> {
  const next = { ...before, ...change }
  const key = contentKey(before, next)
  if (key === contentKey(before, before) && next.note === before.note) {
    throw new TidemarkError('INPUT_INVALID', {
      message: `The flow ${before.id} is like that already.`,
      fix: '"tidemark flows edit --help" shows what can be changed.',
    })
  }
  for (let ordinal = 0; ; ordinal++) {
    const id = flowId(key, ordinal)
    const { owner, book } = before
    if (id !== before.id && (await io.store.flowCount({ owner, books: [book], ids: [id] })) === 0)
      return { ...next, id, ordinal }
  }
}

/** Enough of an id to be meant for one; tables show so much of the long ones. */
const isBeginning = (id: string): boolean => /^[\w-]{8,63}$/.test(id)

function ambiguous(id: string, count: number): TidemarkError {
  return new TidemarkError('INPUT_INVALID', {
    message: `${count} flows have an id that begins with ${id}.`,
    fix: 'Give more of it: "tidemark flows --json" has the whole ids.',
  })
}

async function standingFlow(portfolio: Portfolio, id: string, { store }: Io): Promise<Flow> {
  const scope = { owner: portfolio.owner, books: booksOf(portfolio) }
  const [flow] = await store.flows({ ...scope, ids: [id] })
  if (flow !== undefined) return flow
  const [begun, ...others] = isBeginning(id)
    ? (await store.flows(scope)).filter((each) => each.id.startsWith(id))
    : []
  if (others.length > 0) throw ambiguous(id, others.length + 1)
  if (begun !== undefined) return begun
  throw new TidemarkError('INPUT_INVALID', {
    message: `There is no flow ${id} in the portfolio "${portfolio.name}".`,
    fix: '"tidemark flows" lists them with their ids; put -- before an id that begins with a hyphen.',
  })
}

const raced = (): TidemarkError =>
  new TidemarkError('INPUT_INVALID', {
    message: 'The flow was changed by somebody else meanwhile; nothing was done.',
    fix: 'Look at it again with "tidemark flows".',
  })
