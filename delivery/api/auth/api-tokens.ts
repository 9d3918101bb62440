import type { RecordStore } from '#pipeline/ports.ts'
import type { Role } from '../types.ts'
import type { User } from './accounts.ts'
import { hashOf, isHashOf, newId, newSecret } from './random.ts'
import { drop, findRecord, KINDS, listRecords, put } from './records.ts'

export const SCOPES = ['read', 'write', 'admin'] as const
export type Scope = (typeof SCOPES)[number]
const MOST: Readonly<Record<Scope, Role>> = { read: 'viewer', write: 'owner', admin: 'admin' }
const RANK: readonly Role[] = ['viewer', 'owner', 'admin']

/** A token of a program. Of its text only the hash is kept. */
export type ApiToken = {
  readonly id: string
  readonly user: string
  readonly userId: string
  readonly label: string
  readonly scope: Scope
  readonly hash: string
  readonly made: number
  /** Null: until it is revoked. */
  readonly expires: number | null
}

/** What tells our tokens from any other text, for those who search files for secrets too. */
const TOKEN = /^tdm_([0-9a-f]{24})_[\w-]{43}$/

export class ApiTokens {
  private readonly store: RecordStore
  private readonly now: () => number

  constructor(store: RecordStore, now: () => number) {
    this.store = store
    this.now = now
  }

  /** @returns its text too, which nobody can be told again */
  async add(
    user: User,
    { label, scope, days }: { label: string; scope: Scope; days: number | null },
  ): Promise<{ token: ApiToken; text: string }> {
    const id = newId()
    const text = `tdm_${id}_${newSecret()}`
    const made = this.now()
    const token: ApiToken = {
      ...{ id, user: user.name, userId: user.id, label, scope, hash: hashOf(text), made },
      expires: days === null ? null : made + days * 86_400_000,
    }
    await this.store.writeRecords({ put: [put(KINDS.token, id, token)] })
    return { token, text }
  }

  /** Those of one account, oldest first. */
  async list({ id }: Pick<User, 'id'>): Promise<ApiToken[]> {
    const all = (await listRecords<ApiToken>(this.store, KINDS.token)).map(({ value }) => value)
    return all.filter(({ userId }) => userId === id).sort((a, b) => a.made - b.made)
  }

  /** @returns false when the account has none of that id */
  async revoke(user: Pick<User, 'id'>, id: string): Promise<boolean> {
    const found = await findRecord<ApiToken>(this.store, KINDS.token, id)
    if (found?.value.userId !== user.id) return false
    await this.store.writeRecords({ put: [], drop: [drop(KINDS.token, id)] })
    return true
  }

  /** The token of a text, null for one that is not there, revoked, or over. */
  async read(text: string): Promise<ApiToken | null> {
    const id = TOKEN.exec(text)?.[1]
    const token = id === undefined ? null : await this.find(id)
    return token !== null && isHashOf(token.hash, text) ? token : null
  }

  /** Null for one that is not there, was revoked, or is over. */
  async find(id: string): Promise<ApiToken | null> {
    const token = (await findRecord<ApiToken>(this.store, KINDS.token, id))?.value ?? null
    return token === null || (token.expires !== null && token.expires <= this.now()) ? null : token
  }
}

export const looksLikeToken = (text: string): boolean => text.startsWith('tdm_')

/** A token allows what its scope says, and never more than its user may. */
export function roleOf(scope: Scope, role: Role): Role {
  const most = MOST[scope]
  return RANK.indexOf(most) < RANK.indexOf(role) ? most : role
}
