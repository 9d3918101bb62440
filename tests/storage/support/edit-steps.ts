import type { FlowEdits } from '#pipeline/ports.ts'
import type { Step } from './series.ts'
import { flowOf, hour, importOf } from './values.ts'

const BOOK = 'portfolio:main'
const BY = { owner: 'local', at: 5_000, who: 'ann' }
const FLOWS = ['a', 'b', 'c', 'd', 'e'].map((id, n) => flowOf(id, { time: hour(700 * n) }))

const edit = (what: FlowEdits['what'], puts: Readonly<Record<string, string | null>>): Step => {
  const edits = Object.entries(puts).map(([id, put]) => {
    const before = FLOWS.find((flow) => flow.id === id)
    return {
      book: BOOK,
      id,
      put: put === null || before === undefined ? null : { ...before, id: put, quantity: '7' },
    }
  })
  return (store) => store.editFlows({ ...BY, why: what, what, edits })
}

const restore =
  (...ids: string[]): Step =>
  (store) =>
    store.restoreFlows({ ...BY, why: 'mistaken', flows: ids.map((id) => ({ book: BOOK, id })) })

/**
 * What people do to flows by hand, in single calls: all of each or nothing. Unlike the steps of `seriesOfSteps` they
 * are not to be made twice, since each adds to what is told of a flow.
 */
export const EDIT_STEPS: readonly Step[] = [
  (store) => store.importFlows(importOf(FLOWS)),
  edit('edited', { a: 'a2' }),
  edit('removed', { b: null }),
  edit('paired', { c: 'c2', d: 'd2' }),
  // What was edited comes again, with one more.
  (store) => store.importFlows(importOf([...FLOWS, flowOf('f', { time: hour(5000) })])),
  restore('a'),
  restore('c', 'd'),
  edit('edited', { a: 'a3' }),
]
