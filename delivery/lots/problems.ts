import type { ProblemRow } from '#pipeline/lots/view.ts'
import { paint } from '../table.ts'
import { safeText } from '../text.ts'
import { nameOf, type LotsTableOptions } from './lists.ts'

/** Problems of each kind that are written out. */
const SHOWN_OF_A_KIND = 5

/** What is wrong, each with what to do about it; many of one kind are counted. */
export function problemLines(
  problems: readonly ProblemRow[],
  options: Pick<LotsTableOptions, 'colour' | 'named'>,
): string {
  const { yellow, dim } = paint(options.colour)
  const kinds = new Map<string, ProblemRow[]>()
  for (const problem of problems) {
    const list = kinds.get(problem.code)
    if (list === undefined) kinds.set(problem.code, [problem])
    else list.push(problem)
  }
  const lines: string[] = []
  for (const [code, list] of kinds) {
    lines.push(yellow(`! ${code} (${list.length})`))
    for (const { message, fix } of list.slice(0, SHOWN_OF_A_KIND))
      lines.push(`  ${nameOf(message, options)}`, dim(`  → ${safeText(fix)}`))
    if (list.length > SHOWN_OF_A_KIND)
      lines.push(`  … and ${list.length - SHOWN_OF_A_KIND} more; --json lists all.`)
  }
  return lines.join('\n')
}
