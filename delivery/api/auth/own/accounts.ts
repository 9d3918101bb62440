import type { OwnRoutes } from '../../routes.ts'
import type { User } from '../accounts.ts'
import type { Authority } from '../authority.ts'
import { isoOf, stampOf } from './parts.ts'

/** Accounts, for those who look after the server. */
export function userRoutes(authority: Authority, now: () => number) {
  const { accounts } = authority
  return {
    users: async () => ({ ...stampOf(now), users: (await accounts.list()).map(documentOf) }),
    addUser: async ({ body }) => documentOf(await accounts.add({ ...body, shares: body.shares })),
    changeUser: async ({ params, body: { role, disabled, password } }) => {
      const change = {
        ...(role === undefined ? {} : { role }),
        ...(disabled === undefined ? {} : { disabled }),
        ...(password === undefined ? {} : { password }),
      }
      const user = await accounts.edit(params.name, change)
      authority.forget()
      return documentOf(user)
    },
    removeUser: async ({ params }) => {
      await accounts.remove(params.name)
      authority.forget()
      return null
    },
  } satisfies OwnRoutes
}

const documentOf = ({ name, role, owner, disabled, made }: User) => ({
  ...{ name, role, owner, disabled, made: isoOf(made) },
})
