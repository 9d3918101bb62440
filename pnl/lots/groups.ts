import type { Flow } from '#core/flow.ts'
import { groupOf } from '../flows/leg.ts'

/** Key of the group that a flow belongs to; one that stands alone is a group of its own. */
export const groupKey = (flow: Flow): string => groupOf(flow) ?? `row:${flow.id}`

/** Flows by the tx that they share. */
export function groupFlows(flows: Iterable<Flow>): Map<string, Flow[]> {
  const groups = new Map<string, Flow[]>()
  for (const flow of flows) {
    const key = groupKey(flow)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [flow])
    else group.push(flow)
  }
  return groups
}
