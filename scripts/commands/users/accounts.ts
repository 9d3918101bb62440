import { TidemarkError } from '#core/errors.ts'
import { Accounts, type User } from '#delivery/api/auth/accounts.ts'
import { ApiTokens } from '#delivery/api/auth/api-tokens.ts'
import { Passwords } from '#delivery/api/auth/passwords.ts'
import type { Cli } from '../../cli/context.ts'
import { readConfig } from '../../wiring/config.ts'
import { openForJob, openForReading } from '../../wiring/store.ts'

export type AccountPlace = {
  readonly accounts: Accounts
  readonly tokens: ApiTokens
  /** @throws TidemarkError DATA_MISSING */
  readonly userOf: (name: string) => Promise<User>
}

/** Opens the store of accounts, beside a server that runs, and closes it whatever comes. The first account makes one. */
export async function withAccounts<T>(
  cli: Cli,
  { write, create = false }: { write: boolean; create?: boolean },
  work: (place: AccountPlace) => Promise<T>,
): Promise<T> {
  const config = readConfig(cli)
  const store = write ? await openForJob(config, create) : await openForReading(config)
  try {
    const accounts = new Accounts(store, new Passwords(), Date.now)
    return await work({ accounts, tokens: new ApiTokens(store, Date.now), userOf: userIn(accounts) })
  } finally {
    await store.close()
  }
}

const userIn =
  (accounts: Accounts) =>
  async (name: string): Promise<User> => {
    const found = await accounts.find(name)
    if (found !== null) return found.value
    throw new TidemarkError('DATA_MISSING', {
      message: `There is no user ${JSON.stringify(name.slice(0, 64))}.`,
      fix: '"tidemark users list" names those there are.',
    })
  }
