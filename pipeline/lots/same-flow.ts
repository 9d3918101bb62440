import type { Flow } from '#core/flow.ts'

/** Whether two rows say the same in every field. */
export function sameFlow(a: Flow, b: Flow): boolean {
  if (a === b) return true
  const names = Object.keys(a) as (keyof Flow)[]
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}

/** Rows of which those that say the same as before are the same objects as before, and so cheap to compare. */
export function asBefore(rows: readonly Flow[], before: readonly Flow[]): Flow[] {
  if (before.length === 0) return [...rows]
  const known = new Map(before.map((flow) => [`${flow.book}|${flow.id}`, flow]))
  return rows.map((flow) => {
    const old = known.get(`${flow.book}|${flow.id}`)
    return old !== undefined && sameFlow(flow, old) ? old : flow
  })
}

/** Whether two lists are of the same rows in the same order. */
export const sameFlows = (a: readonly Flow[], b: readonly Flow[]): boolean =>
  a.length === b.length && a.every((flow, index) => sameFlow(flow, b[index] as Flow))
