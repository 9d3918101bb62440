import { LRUCache } from 'lru-cache'
import type { FastifyRequest } from 'fastify'
import type { RecordStore } from '#pipeline/ports.ts'
import { Refusal } from '../problem.ts'
import type { Grant, LastingAuth, Principal } from '../types.ts'
import { AccessTokens, type Subject } from './access-token.ts'
import { Accounts, type User } from './accounts.ts'
import { ApiTokens, looksLikeToken, roleOf, type ApiToken } from './api-tokens.ts'
import { credentialOf, type Credential } from './credential.ts'
import type { Passwords } from './passwords.ts'
import { Sessions } from './sessions.ts'
import { Shares } from './shares.ts'

/** What others changed, on the command line or another server, counts after so long; what was changed here, at once. */
const KNOWN_MS = 1_000
const MOST_KNOWN = 20_000

type Known = Omit<Principal, 'byCookie' | 'expires'> & { readonly expires: number | null }

/** Everything that says who asks, over one store. */
export class Authority implements LastingAuth {
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly tokens: ApiTokens
  readonly shares: Shares
  readonly access: AccessTokens
  private readonly known: LRUCache<string, Known>
  private readonly listeners = new Set<() => void>()
  private readonly now: () => number

  constructor(
    store: RecordStore,
    { passwords, secret, now }: { passwords: Passwords; secret: Uint8Array; now: () => number },
  ) {
    this.now = now
    this.accounts = new Accounts(store, passwords, now)
    this.sessions = new Sessions(store, now)
    this.tokens = new ApiTokens(store, now)
    this.shares = new Shares(store, now)
    this.access = new AccessTokens(secret, now)
    this.known = new LRUCache({ max: MOST_KNOWN, ttl: KNOWN_MS, perf: { now } })
  }

  async of(request: FastifyRequest): Promise<Principal | null> {
    const credential = credentialOf(request)
    if (credential === null) return null
    const who = await this.read(credential)
    if (who === null)
      throw new Refusal(
        'UNAUTHENTICATED',
        'The session or token is not good, or no longer.',
        'Refresh the session or sign in again; an API token may have been revoked.',
      )
    return who
  }

  async grantOf(request: FastifyRequest): Promise<Grant | null> {
    const credential = credentialOf(request)
    if (credential === null) return null
    const { text, byCookie } = credential
    if (!looksLikeToken(text)) {
      const subject = await this.access.read(text)
      return subject === null ? null : { ...subject, byCookie }
    }
    const token = byCookie ? null : await this.tokens.read(text)
    return token === null ? null : { kind: 'token', id: token.id, expires: token.expires, byCookie }
  }

  async standing({ kind, id, expires, byCookie }: Grant): Promise<Principal | null> {
    if (expires !== null && expires <= this.now()) return null
    const ask = async () =>
      kind === 'token' ? this.asToken(await this.tokens.find(id)) : this.ofSubject({ kind, id })
    const who = await this.knownAs(`${kind}:${id}`, ask)
    return who === null ? null : { ...who, expires, byCookie }
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  /** To be called after anything was changed here that says who may come in. */
  forget(): void {
    this.known.clear()
    for (const listener of this.listeners) listener()
  }

  private async read({ text, byCookie }: Credential): Promise<Principal | null> {
    if (looksLikeToken(text)) {
      const ask = async () => this.asToken(await this.tokens.read(text))
      const who = byCookie ? null : await this.knownAs(text, ask)
      return who === null ? null : { ...who, byCookie }
    }
    const subject = await this.access.read(text)
    if (subject === null) return null
    const who = await this.knownAs(`${subject.kind}:${subject.id}`, () => this.ofSubject(subject))
    return who === null ? null : { ...who, expires: subject.expires, byCookie }
  }

  private async knownAs(key: string, ask: () => Promise<Known | null>): Promise<Known | null> {
    const before = this.known.get(key)
    if (before !== undefined) return before
    const who = await ask()
    if (who !== null) this.known.set(key, who)
    return who
  }

  private async asToken(token: ApiToken | null): Promise<Known | null> {
    const user = token === null ? null : await this.inForce(token)
    if (token === null || user === null) return null
    return {
      ...{ user: user.name, owner: user.owner, role: roleOf(token.scope, user.role) },
      ...{ portfolios: null, hideAmounts: false, by: 'token', session: null, expires: token.expires },
    }
  }

  private ofSubject({ kind, id }: Subject): Promise<Known | null> {
    return kind === 'share' ? this.ofShare(id) : this.ofSession(id)
  }

  private async ofSession(id: string): Promise<Known | null> {
    const session = await this.sessions.find(id)
    const user = session === null ? null : await this.inForce(session)
    if (session === null || user?.epoch !== session.epoch) return null
    return {
      ...{ user: user.name, owner: user.owner, role: user.role, portfolios: null, hideAmounts: false },
      ...{ by: 'session', session: id, expires: session.expires },
    }
  }

  private async ofShare(id: string): Promise<Known | null> {
    const share = await this.shares.find(id)
    if (share === null || (await this.inForce(share)) === null) return null
    const { owner, portfolio, hideAmounts, expires } = share
    return {
      ...{ user: `share:${id}`, owner, role: 'viewer', portfolios: [portfolio], hideAmounts },
      ...{ by: 'share', session: null, expires },
    }
  }

  /** The account that something is of, as long as it is that one and may come in. */
  private async inForce(of: { readonly user: string; readonly userId: string }): Promise<User | null> {
    const user = (await this.accounts.find(of.user))?.value ?? null
    return user === null || user.id !== of.userId || user.disabled ? null : user
  }
}
