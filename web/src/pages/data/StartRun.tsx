import { useState } from 'react'
import { useSend } from '../../api/use-api.ts'
import { usePortfolio } from '../../shell/portfolio.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Failure } from '../../ui/Panel.tsx'
import { toast } from '../../ui/toast.tsx'

const MOST_DAYS = 3_660

/** Asks for a run. One at a time: the button waits for the one that goes on. */
export function StartRun({ isRunning }: { readonly isRunning: boolean }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button look="main" disabled={isRunning} onClick={() => setOpen(true)}>
        {isRunning ? 'A run goes on' : 'Run now'}
      </Button>
      <Dialog open={open} title="Read prices, flows and balances now" onClose={() => setOpen(false)}>
        <StartForm onClose={() => setOpen(false)} />
      </Dialog>
    </>
  )
}

function StartForm({ onClose }: { readonly onClose: () => void }) {
  const { name } = usePortfolio()
  const [days, setDays] = useState('7')
  const start = useSend('POST /runs', { renews: ['GET /runs'] })
  const send = (): void =>
    start.mutate(
      { query: { portfolio: name ?? undefined }, body: { days: Number(days) } },
      {
        onSuccess: () => {
          toast('The run has begun; its progress is shown here.')
          onClose()
        },
      },
    )
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <label className="field">
        <span>Days back from now; hours that are stored already are not asked for again</span>
        <input
          {...{ type: 'number', required: true, min: 1, max: MOST_DAYS, step: 1 }}
          value={days}
          onChange={({ target }) => setDays(target.value)}
        />
      </label>
      {start.error === null ? null : <Failure error={start.error} />}
      <div className="row">
        <Button look="main" type="submit" busy={start.isPending}>
          Start the run
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  )
}
