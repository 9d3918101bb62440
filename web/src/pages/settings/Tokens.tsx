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
import { MakeToken } from './MakeToken.tsx'

type Token = Answer<'GET /tokens'>['tokens'][number]

/** What programs come in with. */
export function Tokens() {
  const query = useApi('GET /tokens', {})
  const { zone } = useSettings()
  const [making, setMaking] = useState(false)
  const [revoked, setRevoked] = useState<Token | null>(null)
  return (
    <Panel
      title="API tokens"
      query={query}
      asOf={query.data?.asOf}
      height="80px"
      flush
      actions={<Button onClick={() => setMaking(true)}>Make a token</Button>}
    >
      <Table
        caption="API tokens"
        columns={columnsOf(zone, setRevoked)}
        rows={query.data?.tokens ?? []}
        keyOf={({ id }) => id}
        sort={{ id: 'made', desc: true }}
        empty="No program has a token of yours."
      />
      <MakeToken open={making} onClose={() => setMaking(false)} />
      <Revoke token={revoked} onClose={() => setRevoked(null)} />
    </Panel>
  )
}

function columnsOf(zone: string | null, onRevoke: (token: Token) => void): readonly Column<Token>[] {
  return [
    {
      ...{ id: 'label', header: 'For', value: ({ label }) => label, isName: true },
      cell: ({ label }) => label,
    },
    {
      ...{ id: 'scope', header: 'May', value: ({ scope }) => scope },
      cell: ({ scope }) => <Badge>{scope}</Badge>,
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
            {time(expires, zone, 'day')}
          </time>
        ),
    },
    {
      ...{ id: 'actions', header: <span className="hidden">Actions</span>, align: 'right' },
      cell: (token) => (
        <Button look="danger" label={`Revoke ${token.label}`} onClick={() => onRevoke(token)}>
          Revoke
        </Button>
      ),
    },
  ]
}

function Revoke({ token, onClose }: { readonly token: Token | null; readonly onClose: () => void }) {
  const revoke = useSend('DELETE /tokens/:id', { renews: ['GET /tokens'] })
  if (token === null) return null
  const close = (): void => {
    revoke.reset()
    onClose()
  }
  const send = (): void =>
    revoke.mutate(
      { params: { id: token.id } },
      {
        onSuccess: () => {
          toast(`${token.label} comes in no more.`)
          close()
        },
      },
    )
  return (
    <Confirm
      open
      title={`Revoke the token for ${token.label}?`}
      action="Revoke it"
      sending={revoke}
      onConfirm={send}
      onClose={close}
    >
      <p>Whatever uses it is refused from now on. It cannot be brought back; another can be made.</p>
    </Confirm>
  )
}
