import type { User } from '#delivery/api/auth/accounts.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { withAccounts, type AccountPlace } from './accounts.ts'
import type { AddOptions } from './add.ts'
import { askPassword } from './ask-password.ts'
import type { Verb } from './edit.ts'
import { userDocument } from './list.ts'

export async function addUser(cli: Cli, name: string, { role, shares }: AddOptions): Promise<Outcome> {
  return withAccounts(cli, { write: true, create: true }, async ({ accounts }) => {
    const password = await askPassword(name)
    const user = await accounts.add({ name, password, role, shares })
    return told(user, `${user.name} may sign in as ${user.role}, with the portfolios of ${user.owner}.`)
  })
}

const CHANGES: Record<Verb, (place: AccountPlace, name: string) => Promise<[User, string]>> = {
  disable: async ({ accounts }, name) => [
    await accounts.edit(name, { disabled: true }),
    `${name} is disabled, and signed out.`,
  ],
  enable: async ({ accounts }, name) => [
    await accounts.edit(name, { disabled: false }),
    `${name} may sign in again.`,
  ],
  remove: async ({ accounts }, name) => [
    await accounts.remove(name),
    `The account ${name} is gone; its portfolios stay stored.`,
  ],
  password: async ({ accounts, userOf }, name) => {
    await userOf(name)
    const password = await askPassword(name)
    return [await accounts.edit(name, { password }), `${name} has another password, and is signed out.`]
  },
}

export async function changeUser(cli: Cli, verb: Verb, name: string): Promise<Outcome> {
  return withAccounts(cli, { write: true }, async (place) => told(...(await CHANGES[verb](place, name))))
}

const told = (user: User, text: string): Outcome => ({
  exitCode: 0,
  text: () => text,
  document: () => ({ user: userDocument(user) }),
})
