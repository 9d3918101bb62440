import type { RecordStore } from '#pipeline/ports.ts'
import type { User } from './accounts.ts'
import { hashOf, isHashOf, newId, newSecret } from './random.ts'
import { drop, findRecord, KINDS, listRecords, put } from './records.ts'

/** A link that shows one portfolio to whoever has it. */
export type Share = {
  readonly id: string
  /** Who made it; it shows nothing once they are gone or disabled. */
  readonly user: string
  readonly userId: string
  readonly owner: string
  readonly portfolio: string
  readonly hideAmounts: boolean
  readonly hash: string
  readonly made: number
  readonly expires: number | null
}

const TOKEN = /^tds_([0-9a-f]{24})_[\w-]{43}$/

export class Shares {
  private readonly store: RecordStore
  private readonly now: () => number

  constructor(store: RecordStore, now: () => number) {
    this.store = store
    this.now = now
  }

  async add(
    user: User,
    what: Pick<Share, 'portfolio' | 'hideAmounts'> & { days: number | null },
  ): Promise<{ share: Share; text: string }> {
    const id = newId()
    const text = `tds_${id}_${newSecret()}`
    const made = this.now()
    const { portfolio, hideAmounts, days } = what
    const share: Share = {
      ...{ id, user: user.name, userId: user.id, owner: user.owner, portfolio, hideAmounts, made },
      ...{ hash: hashOf(text), expires: days === null ? null : made + days * 86_400_000 },
    }
    await this.store.writeRecords({ put: [put(KINDS.share, id, share)] })
    return { share, text }
  }

  /** Those of an owner's portfolios, oldest first. */
  async list(owner: string): Promise<Share[]> {
    const all = (await listRecords<Share>(this.store, KINDS.share)).map(({ value }) => value)
    return all.filter((share) => share.owner === owner).sort((a, b) => a.made - b.made)
  }

  /** @returns false when the owner has none of that id */
  async revoke(owner: string, id: string): Promise<boolean> {
    const found = await findRecord<Share>(this.store, KINDS.share, id)
    if (found?.value.owner !== owner) return false
    await this.store.writeRecords({ put: [], drop: [drop(KINDS.share, id)] })
    return true
  }

  /** Null for one that is not there, was revoked, or is over. */
  async find(id: string): Promise<Share | null> {
    const share = (await findRecord<Share>(this.store, KINDS.share, id))?.value ?? null
    return share === null || (share.expires !== null && share.expires <= this.now()) ? null : share
  }

  async read(text: string): Promise<Share | null> {
    const id = TOKEN.exec(text)?.[1]
    const share = id === undefined ? null : await this.find(id)
    return share !== null && isHashOf(share.hash, text) ? share : null
  }
}
