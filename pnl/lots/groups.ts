import type { Flow } from '#core/flow.ts'
import { groupOf } from '../flows/leg.ts'

/** Key of the group that a flow belongs to; one that stands alone is a group of its own. */
export const groupKey = (flow: Flow): string => groupOf(flow) ?? `row:${flow.id}`

/** Flows by the tx that they share, each group with its key. */
export function* groupFlows(flows: Iterable<Flow>): Iterable<readonly [key: string, flows: readonly Flow[]]> {
  const groups = new Map<string, Flow[]>()
  for (const flow of flows) {
    const key = groupOf(flow)
    const group = key === null ? undefined : groups.get(key)
    if (key === null) yield [`row:${flow.id}`, [flow]]
    else if (group === undefined) groups.set(key, [flow])
    else group.push(flow)
  }
  yield* groups
}
