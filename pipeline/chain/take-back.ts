import type { Flow } from '#core/flow.ts'
import type { EditedFlow, LedgerStore } from '../ports.ts'

const WHO = 'tidemark ingest'
const WHY = 'the block of the flow was undone'

/**
 * Takes edits back whose flow comes no more, before the import that retires it: what was put in its place goes with it,
 * and the other side of a pair stands again as it came. A removal stays: there is nothing in its place.
 * @param isGone whether a flow that was delivered once no longer is
 */
export async function takeBack(
  store: LedgerStore,
  owner: string,
  isGone: (flow: Flow) => boolean,
  at: number,
): Promise<void> {
  const books = (await store.flowBooks({ from: owner, to: owner })).map(({ book }) => book)
  const edited = await store.editedFlows(owner, books)
  const made = new Set(edited.map(({ flow, replacement }) => keyOf(flow.book, replacement ?? '')))
  const roots = edited.filter(({ flow }) => !made.has(keyOf(flow.book, flow.id)) && isGone(flow))
  for (const root of roots) {
    // An edit of an edit is taken back first.
    for (const each of chainOf(root, edited).reverse()) {
      const together = [each, ...matesOf(each, edited)].map(({ flow: { book, id } }) => ({ book, id }))
      await store.restoreFlows({ owner, at, who: WHO, why: WHY, flows: together })
    }
  }
}

const keyOf = (book: string, id: string): string => `${book} ${id}`

function chainOf(root: EditedFlow, edited: readonly EditedFlow[]): EditedFlow[] {
  const chain: EditedFlow[] = []
  let next: EditedFlow | undefined = root
  while (next !== undefined && next.replacement !== null) {
    const { flow, replacement }: EditedFlow = next
    chain.push(next)
    next = edited.find((each) => each.flow.book === flow.book && each.flow.id === replacement)
  }
  return chain
}

/** What was paired with it: edited at the same moment, in the words that name the pair. */
function matesOf(one: EditedFlow, edited: readonly EditedFlow[]): EditedFlow[] {
  const last = one.log.at(-1)
  if (last?.what !== 'paired') return []
  return edited.filter((each) => {
    const other = each.log.at(-1)
    return each !== one && other?.what === 'paired' && other.at === last.at && other.why === last.why
  })
}
