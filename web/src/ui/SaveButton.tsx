import { useState, type ReactNode } from 'react'
import { useSettings } from '../settings/settings.ts'
import { Button } from './Button.tsx'
import { Dialog } from './Dialog.tsx'

/** A download. While amounts are hidden it asks first, since they are in the file. */
export function SaveButton({
  onSave,
  busy = false,
  children,
}: {
  readonly onSave: () => void
  readonly busy?: boolean
  readonly children: ReactNode
}) {
  const { privacy } = useSettings()
  const [asks, setAsks] = useState(false)
  return (
    <>
      <Button busy={busy} onClick={() => (privacy ? setAsks(true) : onSave())}>
        {children}
      </Button>
      <Dialog open={asks} title="Amounts are hidden" onClose={() => setAsks(false)}>
        <div className="stack">
          <p>They will stand in the file all the same.</p>
          <div className="row">
            <Button
              look="main"
              onClick={() => {
                setAsks(false)
                onSave()
              }}
            >
              Download with amounts
            </Button>
            <Button onClick={() => setAsks(false)}>Cancel</Button>
          </div>
        </div>
      </Dialog>
    </>
  )
}
