import type { Answer } from '../../api/types.ts'
import { useSettings } from '../../settings/settings.ts'
import { HIDDEN } from '../../ui/Figure.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { withoutAmounts } from './without-amounts.ts'

type Problem = Answer<'GET /portfolio/lots'>['problems'][number]
const MOST = 20

/** What keeps the gains from being certain, and what to do about it. */
export function Problems({ problems }: { readonly problems: readonly Problem[] }) {
  const { privacy } = useSettings()
  if (problems.length === 0) return null
  const more = problems.length - MOST
  return (
    <Panel title={`What is not certain (${String(problems.length)})`}>
      <ul className="stack">
        {problems.slice(0, MOST).map(({ code, message, fix }, index) => (
          <li key={`${code} ${String(index)}`} style={{ overflowWrap: 'anywhere' }}>
            {privacy ? withoutAmounts(message, HIDDEN) : message} <span className="soft">{fix}</span>
          </li>
        ))}
        {more > 0 ? <li>and {more} more: “tidemark lots” lists them.</li> : null}
      </ul>
    </Panel>
  )
}
