import type { User } from '#delivery/api/auth/accounts.ts'
import type { Cli } from '../../cli/context.ts'
import { listTable, type List } from '../../cli/list.ts'
import type { Outcome } from '../../cli/output.ts'
import { withAccounts } from './accounts.ts'

/** An account as machines read it. */
export const userDocument = ({ name, role, owner, disabled, made }: User): object => ({
  ...{ name, role, owner, disabled, made: new Date(made).toISOString() },
})

const USERS: List<User> = {
  name: 'users',
  columns: [
    { head: 'name', text: ({ name }) => name },
    { head: 'role', text: ({ role }) => role },
    { head: 'portfolios of', text: ({ owner }) => owner },
    { head: 'made', text: ({ made }) => new Date(made).toISOString().slice(0, 10) },
    { head: '', text: ({ disabled }) => (disabled ? 'disabled' : '') },
  ],
  document: userDocument,
  empty: 'There is no account yet: "tidemark users add NAME" makes one.',
}

export async function listUsers(cli: Cli): Promise<Outcome> {
  return withAccounts(cli, { write: false }, async ({ accounts }) => {
    const users = await accounts.list()
    return {
      exitCode: 0,
      text: async () => {
        if (users.length > 0) return listTable(cli, USERS, users)
        cli.out.note(USERS.empty)
        return ''
      },
      document: () => ({ users: users.map(userDocument) }),
    }
  })
}
