import { Dialog } from '../../ui/Dialog.tsx'
import styles from './Data.module.css'
import { failuresOf, type Run } from './runs.ts'

/** What a run could not do, and what to do about it. */
export function RunDetails({ run, onClose }: { readonly run: Run | null; readonly onClose: () => void }) {
  return (
    <Dialog open={run !== null} title="What it could not do" onClose={onClose}>
      <ul className={styles.failures}>
        {failuresOf(run?.summary).map(({ item, message, fix }, index) => (
          <li key={`${item} ${String(index)}`}>
            <strong>{item}</strong>
            <br />
            {message}
            {fix === null ? null : (
              <>
                <br />
                <span className="soft">{fix}</span>
              </>
            )}
          </li>
        ))}
      </ul>
      <p className="small soft">
        Run <code>{run?.id}</code>
      </p>
    </Dialog>
  )
}
