import { useState } from 'react'
import { download } from '../../api/api.ts'
import type { Ask } from '../../api/types.ts'
import { useSettings } from '../../settings/settings.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { toast } from '../../ui/toast.tsx'
import { save } from './save.ts'

type Query = NonNullable<Ask<'GET /export'>['query']>
type Format = 'csv' | 'json'

/** What is shown, as a file. Amounts are in it, so who has hidden them is asked first. */
export function Export({ query }: { readonly query: Query }) {
  const { privacy } = useSettings()
  const [asks, setAsks] = useState<Format | null>(null)
  const [busy, setBusy] = useState<Format | null>(null)
  const send = async (format: Format): Promise<void> => {
    setAsks(null)
    setBusy(format)
    try {
      const { blob, name } = await download('GET /export', { query: { ...query, format } })
      save(blob, name)
      toast(`Saved ${name}`)
    } catch (error) {
      toast(error instanceof Error ? error.message : 'The export failed.', 'bad')
    } finally {
      setBusy(null)
    }
  }
  const press = (format: Format) => () => {
    if (privacy) setAsks(format)
    else void send(format)
  }
  return (
    <>
      {(['csv', 'json'] as const).map((format) => (
        <Button
          key={format}
          look="quiet"
          busy={busy === format}
          label={`Export the PnL of this range as ${format.toUpperCase()}`}
          onClick={press(format)}
        >
          <span aria-hidden="true">⤓ </span>
          {format.toUpperCase()}
        </Button>
      ))}
      <Dialog open={asks !== null} title="The file will have amounts in it" onClose={() => setAsks(null)}>
        <div className="stack">
          <p>Amounts are hidden on this page. In the file they are not.</p>
          <div className="row">
            <Button look="main" onClick={() => void send(asks ?? 'csv')}>
              Export with amounts
            </Button>
            <Button onClick={() => setAsks(null)}>Do not</Button>
          </div>
        </div>
      </Dialog>
    </>
  )
}
