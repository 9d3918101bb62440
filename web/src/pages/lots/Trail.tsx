import { useApi } from '../../api/use-api.ts'
import { useSettings } from '../../settings/settings.ts'
import { usePlace } from '../../shell/place.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { Failure, Skeleton } from '../../ui/Panel.tsx'
import { useLotSettings } from './settings.ts'
import styles from './Trail.module.css'

/** The way of one gain back to its rows: of the flow or lot that the address names, `trail=…`. */
export function Trail({ portfolio }: { readonly portfolio: string | null }) {
  const { params, change } = usePlace()
  const what = params.get('trail')
  return (
    <Dialog open={what !== null} title="How it was computed" onClose={() => change({ trail: null })}>
      {what === null ? null : <Found portfolio={portfolio} what={what} />}
    </Dialog>
  )
}

function Found({ portfolio, what }: { readonly portfolio: string | null; readonly what: string }) {
  const { method, scope } = useLotSettings()
  const { privacy } = useSettings()
  const answer = useApi(
    'GET /portfolio/lots/explain',
    { query: { portfolio: portfolio ?? undefined, what, method, scope } },
    { enabled: portfolio !== null && !privacy, keep: false },
  )
  if (privacy) return <p>Amounts are hidden, and this is made of amounts. The eye at the top shows them.</p>
  if (answer.error !== null) return <Failure error={answer.error} onRetry={() => void answer.refetch()} />
  if (answer.data === undefined) return <Skeleton height="240px" />
  return (
    <div className="stack">
      <p className="small soft">
        By {method}, {scope}. “tidemark lots --explain” prints the same.
      </p>
      <pre className={styles.text} tabIndex={0}>
        {answer.data.text}
      </pre>
    </div>
  )
}
