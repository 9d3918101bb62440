import { EXIT } from '#core/errors.ts'
import { formatTime } from '#core/hour.ts'
import { explainText } from '#delivery/lots/explain-text.ts'
import { explainLots } from '#pipeline/lots/explain.ts'
import type { LotView } from '#pipeline/lots/view.ts'
import type { Outcome } from '../../cli/output.ts'
import type { LotSource } from './source.ts'

/** `lots --explain`: one flow or one lot, every number behind it. */
export function explainOutcome(
  view: LotView,
  { input, named = (text) => text }: Pick<LotSource, 'input' | 'named'>,
  asked: string,
): Outcome {
  const found = explainLots(view, input, asked)
  const unproven = found.disposals.some(({ disposal }) => disposal.undocumented !== '0')
  return {
    exitCode: unproven ? EXIT.someMissing : EXIT.complete,
    text: () => named(explainText(found, view)),
    document: () => withTimes(found) as object,
  }
}

const TIMES = new Set(['time', 'opened', 'hour'])

/** Times as every document prints them. */
function withTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withTimes)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      TIMES.has(name) && typeof each === 'number' ? formatTime(each) : withTimes(each),
    ]),
  )
}
