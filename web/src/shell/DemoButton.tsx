import { useMay } from '../api/use-me.ts'
import { useMe } from '../api/use-me.ts'
import { useSend } from '../api/use-api.ts'
import { Button } from '../ui/Button.tsx'
import { Command } from '../ui/Command.tsx'
import { Failure } from '../ui/Panel.tsx'

/**
 * The demo, for those who hold nothing yet: a server of its own, over a store of its own, in which everything is
 * invented. Who may not open one here is shown the command.
 */
export function DemoButton() {
  const may = useMay('admin')
  const me = useMe()
  const demo = useSend('POST /demo')
  // It is a server of its own: only who looks after this one may start it.
  if (me?.role !== 'admin') return null
  if (!may)
    return (
      <div className="stack">
        <p className="soft">Or look at the demo, with invented data, on your own machine:</p>
        <Command text="tidemark demo --serve" />
      </div>
    )
  return (
    <div className="stack">
      <div className="row">
        <Button
          busy={demo.isPending}
          onClick={() => demo.mutate({}, { onSuccess: ({ link }) => location.assign(link) })}
        >
          Look at the demo
        </Button>
        <span className="small soft">Invented data in a store of its own; it takes a few seconds.</span>
      </div>
      {demo.error === null ? null : <Failure error={demo.error} />}
    </div>
  )
}
