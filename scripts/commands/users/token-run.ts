import { TidemarkError } from '#core/errors.ts'
import type { User } from '#delivery/api/auth/accounts.ts'
import type { ApiToken } from '#delivery/api/auth/api-tokens.ts'
import type { Cli } from '../../cli/context.ts'
import { listTable, type List } from '../../cli/list.ts'
import type { Outcome } from '../../cli/output.ts'
import { withAccounts, type AccountPlace } from './accounts.ts'
import type { TokenOptions } from './token.ts'

const day = (time: number | null): string =>
  time === null ? 'until revoked' : new Date(time).toISOString().slice(0, 10)

const tokenDocument = ({ id, label, scope, made, expires }: ApiToken) => ({
  ...{ id, label, scope, made: new Date(made).toISOString() },
  expires: expires === null ? null : new Date(expires).toISOString(),
})

const TOKENS: List<ApiToken> = {
  name: 'tokens',
  columns: [
    { head: 'id', text: ({ id }) => id },
    { head: 'label', text: ({ label }) => label },
    { head: 'scope', text: ({ scope }) => scope },
    { head: 'made', text: ({ made }) => day(made) },
    { head: 'good until', text: ({ expires }) => day(expires) },
  ],
  document: tokenDocument,
  empty: 'This account has no token.',
}

export async function runToken(cli: Cli, name: string, options: TokenOptions): Promise<Outcome> {
  const write = options.list !== true
  return withAccounts(cli, { write }, async (place) => {
    const user = await place.userOf(name)
    if (options.list === true) return listed(cli, await place.tokens.list(user))
    if (options.revoke !== undefined) return revoked(place, user, options.revoke)
    return made(cli, place, user, options)
  })
}

async function made(
  cli: Cli,
  { tokens }: AccountPlace,
  user: User,
  { label, scope, days }: TokenOptions,
): Promise<Outcome> {
  const { token, text } = await tokens.add(user, {
    ...{ label: label.slice(0, 64), scope, days: days ?? null },
  })
  cli.out.note(`Keep it now: it is not shown again. "tidemark users token ${user.name} --revoke ${token.id}"`)
  return { exitCode: 0, text: () => text, document: () => ({ ...tokenDocument(token), token: text }) }
}

async function revoked({ tokens }: AccountPlace, user: User, id: string): Promise<Outcome> {
  if (await tokens.revoke(user, id))
    return { exitCode: 0, text: () => 'The token is revoked.', document: () => ({ revoked: id }) }
  throw new TidemarkError('DATA_MISSING', {
    message: `${user.name} has no token ${JSON.stringify(id.slice(0, 64))}.`,
    fix: `"tidemark users token ${user.name} --list" shows their ids.`,
  })
}

function listed(cli: Cli, tokens: readonly ApiToken[]): Outcome {
  return {
    exitCode: 0,
    text: async () => {
      if (tokens.length > 0) return listTable(cli, TOKENS, tokens)
      cli.out.note(TOKENS.empty)
      return ''
    },
    document: () => ({ tokens: tokens.map(tokenDocument) }),
  }
}
