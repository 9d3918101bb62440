import type { LedgerStore, RecordStore } from '#pipeline/ports.ts'
import type { OwnRoutes } from '../routes.ts'
import type { LastingAuth } from '../types.ts'
import { Authority } from './authority.ts'
import { Delays } from './delays.ts'
import { guardBind, type Bind } from './guard-bind.ts'
import { ownHosts } from './hosts.ts'
import { userRoutes } from './own/accounts.ts'
import { handedOutRoutes } from './own/handed-out.ts'
import { DEMO_ACCOUNT, sessionRoutes, type AuthEvent } from './own/session.ts'
import { Passwords, type Cost } from './passwords.ts'
import { newSecret } from './random.ts'
import { SetupLink } from './setup-link.ts'
import { signingSecret } from './signing-secret.ts'

/** How often sessions that are over are put away. */
const SWEEP_MS = 60 * 60_000

export type AuthOptions = {
  readonly store: RecordStore & Pick<LedgerStore, 'portfolios'>
  /** AUTH_SECRET; null keeps one in the data folder. */
  readonly secret: string | null
  readonly dataDir: string
  readonly bind: Bind
  /** `--public-url`: where browsers reach it, if not where it listens. */
  readonly publicUrl: string | null
  /** Everything in the store is invented: a link signs in at once, and nobody has to think of a password. */
  readonly demo?: boolean
  readonly onEvent?: (event: AuthEvent) => void
  readonly now?: () => number
  /** What a guess of a password costs. */
  readonly cost?: Cost
}
export type OpenedAuth = {
  readonly auth: LastingAuth
  /** Routes about sessions, accounts, tokens and links, for `ServerOptions.own`. */
  readonly own: OwnRoutes
  /** For `ServerOptions.isOurs`. */
  readonly isOurs: (host: string) => boolean
  /** `#setup=…` or `#enter=…`, to be printed behind the server's own address; null where there is an account. */
  readonly firstLink: string | null
  readonly close: () => void
}

/**
 * Everything that decides who comes in. To be called before the server listens.
 * @throws TidemarkError CONFIG_INVALID for a secret that is none, or an address that may not be opened like that
 */
export async function openAuth(options: AuthOptions): Promise<OpenedAuth> {
  const { store, bind, publicUrl, now = Date.now, onEvent = () => undefined } = options
  const passwords = new Passwords(options.cost)
  const secret = signingSecret(options.secret, options.dataDir)
  const authority = new Authority(store, { passwords, secret, now })
  if (options.demo) await makeDemoAccount(authority)
  const users = await authority.accounts.list()
  guardBind(bind, users.length)
  const setup = new SetupLink(now)
  const enter = new SetupLink(now, 'enter')
  const io = { authority, passwords, delays: new Delays(now), setup, enter, onEvent }
  const close = sweeping(authority)
  return {
    auth: authority,
    own: {
      ...sessionRoutes(io),
      ...userRoutes(authority, now),
      ...handedOutRoutes(authority, store, now),
    },
    isOurs: ownHosts(bind.host, publicUrl),
    firstLink: options.demo ? enter.make() : users.length === 0 ? setup.make() : null,
    close,
  }
}

async function makeDemoAccount({ accounts }: Authority): Promise<void> {
  if ((await accounts.list()).length > 0) return
  await accounts.add({ name: DEMO_ACCOUNT, password: newSecret(), role: 'admin' }, 'first')
}

function sweeping({ accounts, sessions }: Authority): () => void {
  const sweep = async () => sessions.sweep(await accounts.list())
  // What could not be put away now is put away later: nobody comes in by it.
  const timer = setInterval(() => void sweep().catch(() => undefined), SWEEP_MS)
  timer.unref()
  return () => clearInterval(timer)
}
