import { shareToken } from '../../api/session.ts'
import { useTitle } from '../../shell/title.ts'
import { Failure } from '../../ui/Panel.tsx'
import styles from './AccountForm.module.css'

/** The page cannot begin: the server is away, or a link shows nothing any more. */
export function Shut({ error, onRetry }: { readonly error: Error; readonly onRetry: () => void }) {
  const title = shareToken === null ? 'Not there' : 'This link'
  useTitle(title, null)
  return (
    <main className={`stack ${styles.door ?? ''}`}>
      <h1>{title}</h1>
      <Failure error={error} onRetry={onRetry} />
      {shareToken === null ? null : (
        <p>
          <a href="/">Sign in instead</a>
        </p>
      )}
    </main>
  )
}
