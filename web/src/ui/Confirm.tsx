import type { ReactNode } from 'react'
import { Button } from './Button.tsx'
import { Dialog } from './Dialog.tsx'
import { Failure } from './Panel.tsx'

/** Asks once more before something is done that cannot be taken back; says what goes and what stays. */
export function Confirm({
  open,
  title,
  action,
  sending,
  onConfirm,
  onClose,
  children,
}: {
  readonly open: boolean
  readonly title: string
  /** What the button says: a verb. */
  readonly action: string
  readonly sending: { readonly isPending: boolean; readonly error: Error | null }
  readonly onConfirm: () => void
  readonly onClose: () => void
  readonly children: ReactNode
}) {
  return (
    <Dialog open={open} title={title} onClose={onClose}>
      {children}
      {sending.error === null ? null : <Failure error={sending.error} />}
      <div className="row">
        <Button look="danger" busy={sending.isPending} onClick={onConfirm}>
          {action}
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </Dialog>
  )
}
