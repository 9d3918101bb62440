import { useState } from 'react'
import type { Answer } from '../../api/types.ts'
import { useApi, useSend } from '../../api/use-api.ts'
import { time } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { Confirm } from '../../ui/Confirm.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { Table, type Column } from '../../ui/Table.tsx'
import { toast } from '../../ui/toast.tsx'
import { MakeShare } from './MakeShare.tsx'

type Share = Answer<'GET /shares'>['shares'][number]

/** Links that show a portfolio to others: made, listed, taken back. */
export function Shares({ portfolio }: { readonly portfolio: string }) {
  const query = useApi('GET /shares', {})
  const { zone } = useSettings()
  const [making, setMaking] = useState(false)
  const [revoked, setRevoked] = useState<Share | null>(null)
  return (
    <Panel
      title="Share links"
      query={query}
      asOf={query.data?.asOf}
      height="80px"
      flush
      actions={<Button onClick={() => setMaking(true)}>Make a link</Button>}
    >
      <Table
        caption="Links that show a portfolio"
        columns={columnsOf(zone, setRevoked)}
        rows={query.data?.shares ?? []}
        keyOf={({ id }) => id}
        sort={{ id: 'made', desc: true }}
        empty="No link shows a portfolio of yours."
      />
      <MakeShare open={making} portfolio={portfolio} onClose={() => setMaking(false)} />
      <Revoke share={revoked} onClose={() => setRevoked(null)} />
    </Panel>
  )
}

function columnsOf(zone: string | null, onRevoke: (share: Share) => void): readonly Column<Share>[] {
  return [
    {
      ...{ id: 'portfolio', header: 'Portfolio', value: ({ portfolio }) => portfolio, isName: true },
      cell: ({ portfolio }) => portfolio,
    },
    {
      ...{ id: 'amounts', header: 'Amounts', value: ({ hideAmounts }) => (hideAmounts ? 1 : 0) },
      cell: ({ hideAmounts }) => (hideAmounts ? <Badge>hidden</Badge> : <Badge tone="warn">shown</Badge>),
    },
    {
      ...{ id: 'made', header: 'Made', value: ({ made }) => made },
      cell: ({ made }) => (
        <time className="num" dateTime={made}>
          {time(made, zone, 'day')}
        </time>
      ),
    },
    {
      ...{ id: 'expires', header: 'Good until', value: ({ expires }) => expires },
      cell: ({ expires }) =>
        expires === null ? (
          'revoked'
        ) : (
          <time className="num" dateTime={expires}>
            {time(expires, zone)}
          </time>
        ),
    },
    {
      ...{ id: 'actions', header: <span className="hidden">Actions</span>, align: 'right' },
      cell: (share) => (
        <Button look="danger" label={`Revoke the link to ${share.portfolio}`} onClick={() => onRevoke(share)}>
          Revoke
        </Button>
      ),
    },
  ]
}

function Revoke({ share, onClose }: { readonly share: Share | null; readonly onClose: () => void }) {
  const revoke = useSend('DELETE /shares/:id', { renews: ['GET /shares'] })
  if (share === null) return null
  const close = (): void => {
    revoke.reset()
    onClose()
  }
  const send = (): void =>
    revoke.mutate(
      { params: { id: share.id } },
      {
        onSuccess: () => {
          toast('The link shows nothing any more.')
          close()
        },
      },
    )
  return (
    <Confirm
      open
      title="Revoke this link?"
      action="Revoke it"
      sending={revoke}
      onConfirm={send}
      onClose={close}
    >
      <p>Whoever has it sees “{share.portfolio}” no longer, from now on. Nothing of yours changes.</p>
    </Confirm>
  )
}
