import type { Answer } from '../../api/types.ts'
import { Panel } from '../../ui/Panel.tsx'

type Problem = Answer<'GET /portfolio/lots'>['problems'][number]
const MOST = 20

/** What keeps the gains from being certain, and what to do about it. */
export function Problems({ problems }: { readonly problems: readonly Problem[] }) {
  if (problems.length === 0) return null
  const more = problems.length - MOST
  return (
    <Panel title={`What is not certain (${String(problems.length)})`}>
      <ul className="stack">
        {problems.slice(0, MOST).map(({ code, message, fix }, index) => (
          <li key={`${code} ${String(index)}`}>
            {message} <span className="soft">{fix}</span>
          </li>
        ))}
        {more > 0 ? <li>and {more} more: “tidemark lots” lists them.</li> : null}
      </ul>
    </Panel>
  )
}
