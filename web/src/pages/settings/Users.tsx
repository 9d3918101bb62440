import { useState } from 'react'
import type { Answer } from '../../api/types.ts'
import { useApi, useSend } from '../../api/use-api.ts'
import { time } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { Table, type Column } from '../../ui/Table.tsx'
import { toast } from '../../ui/toast.tsx'
import { AddUser } from './AddUser.tsx'
import { RemoveUser, SetPassword } from './UserDialogs.tsx'
import styles from './Settings.module.css'

export type User = Answer<'GET /users'>['users'][number]
const ROLES = ['viewer', 'owner', 'admin'] as const

type Doing = { readonly what: 'password' | 'remove'; readonly user: User }

/** Accounts of this server, for those who look after it. */
export function Users({ self }: { readonly self: string }) {
  const query = useApi('GET /users', {})
  const { zone } = useSettings()
  const [adding, setAdding] = useState(false)
  const [doing, setDoing] = useState<Doing | null>(null)
  const users = query.data?.users ?? []
  const close = (): void => setDoing(null)
  return (
    <Panel
      title="Users"
      query={query}
      asOf={query.data?.asOf}
      height="120px"
      flush
      wide
      actions={<Button onClick={() => setAdding(true)}>Add a user</Button>}
    >
      <Table
        caption="Users"
        columns={columnsOf(zone, self, setDoing)}
        rows={users}
        keyOf={({ name }) => name}
        sort={{ id: 'name', desc: false }}
      />
      <AddUser open={adding} users={users} onClose={() => setAdding(false)} />
      <SetPassword user={doing?.what === 'password' ? doing.user : null} onClose={close} />
      <RemoveUser user={doing?.what === 'remove' ? doing.user : null} onClose={close} />
    </Panel>
  )
}

function columnsOf(zone: string | null, self: string, onDo: (doing: Doing) => void): readonly Column<User>[] {
  return [
    {
      ...{ id: 'name', header: 'Name', value: ({ name }) => name, isName: true },
      cell: ({ name, disabled }) => (
        <span className="row">
          {name} {name === self ? <Badge tone="info">you</Badge> : null}
          {disabled ? <Badge tone="warn">disabled</Badge> : null}
        </span>
      ),
    },
    {
      ...{ id: 'role', header: 'Role', value: ({ role }) => role },
      cell: (user) => (user.name === self ? user.role : <Role user={user} />),
    },
    {
      ...{ id: 'owner', header: 'Portfolios of', value: ({ owner }) => owner },
      cell: ({ owner }) => owner,
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
      ...{ id: 'actions', header: <span className="hidden">Actions</span>, align: 'right' },
      // Nobody shuts themselves out: their own password is changed where they give the old one.
      cell: (user) =>
        user.name === self ? null : (
          <span className={styles.actions}>
            <Switch user={user} />
            <Button
              label={`Set a password for ${user.name}`}
              onClick={() => onDo({ what: 'password', user })}
            >
              Password
            </Button>
            <Button
              look="danger"
              label={`Remove ${user.name}`}
              onClick={() => onDo({ what: 'remove', user })}
            >
              Remove
            </Button>
          </span>
        ),
    },
  ]
}

function Role({ user }: { readonly user: User }) {
  const change = useChange()
  return (
    <select
      aria-label={`Role of ${user.name}`}
      value={user.role}
      disabled={change.isPending}
      onChange={({ target }) => {
        const role = ROLES.find((one) => one === target.value)
        if (role !== undefined) change.send(user, { role })
      }}
    >
      {ROLES.map((role) => (
        <option key={role}>{role}</option>
      ))}
    </select>
  )
}

function Switch({ user }: { readonly user: User }) {
  const change = useChange()
  const words = user.disabled ? 'Enable' : 'Disable'
  return (
    <Button
      label={`${words} ${user.name}`}
      busy={change.isPending}
      onClick={() => change.send(user, { disabled: !user.disabled })}
    >
      {words}
    </Button>
  )
}

function useChange() {
  const change = useSend('PATCH /users/:name', { renews: ['GET /users'] })
  const send = (user: User, body: { role?: User['role']; disabled?: boolean }): void =>
    change.mutate(
      { params: { name: user.name }, body },
      {
        onSuccess: () => toast(`${user.name} is changed; their sessions have ended.`),
        onError: (error) => toast(`${error.message} ${error.fix}`, 'bad'),
      },
    )
  return { send, isPending: change.isPending }
}
