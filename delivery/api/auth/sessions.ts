import type { RecordStore } from '#pipeline/ports.ts'
import { Refusal } from '../problem.ts'
import type { User } from './accounts.ts'
import { hashOf, isHashOf, newId, newSecret } from './random.ts'
import { drop, findRecord, KINDS, listRecords, put, type Found } from './records.ts'

const DAY = 86_400_000
/** Not used for so long, a session is over; and after so long whatever happens. */
export const IDLE_DAYS = 14
const LONGEST_DAYS = 90

/** A sign-in and all refreshes that follow from it. */
export type Session = {
  readonly id: string
  readonly user: string
  readonly userId: string
  readonly epoch: number
  readonly made: number
  readonly expires: number
  /** Hash of the one refresh token that is good. */
  readonly refresh: string
}
export type Started = { readonly session: Session; readonly refreshToken: string }

const TOKEN = /^tdr_([0-9a-f]{24})_([\w-]{43})$/

/** Sign-ins, kept in the store: every server and the command line see the same. */
export class Sessions {
  private readonly store: RecordStore
  private readonly now: () => number

  constructor(store: RecordStore, now: () => number) {
    this.store = store
    this.now = now
  }

  /** Null when the account changed meanwhile: what was checked no longer counts. */
  async start({ value: user, stands }: Found<User>): Promise<Started | null> {
    const made = this.now()
    const started = this.next({
      ...{ id: newId(), user: user.name, userId: user.id, epoch: user.epoch, made },
    })
    const record = put(KINDS.session, started.session.id, started.session)
    return (await this.store.writeRecordsIf([stands], { put: [record] })) ? started : null
  }

  async find(id: string): Promise<Session | null> {
    const found = await findRecord<Session>(this.store, KINDS.session, id)
    return found === null || found.value.expires <= this.now() ? null : found.value
  }

  /**
   * Takes a refresh token for a new one. One that was taken before tells that two have it: the session ends for both.
   * @throws Refusal UNAUTHENTICATED
   */
  async rotate(token: string): Promise<Started> {
    const [, id, secret] = TOKEN.exec(token) ?? []
    const found = id === undefined ? null : await findRecord<Session>(this.store, KINDS.session, id)
    if (found === null || secret === undefined || found.value.expires <= this.now()) throw over()
    if (!isHashOf(found.value.refresh, secret)) return this.reused(found.value)
    const started = this.next(found.value)
    const record = put(KINDS.session, found.value.id, started.session)
    if (await this.store.writeRecordsIf([found.stands], { put: [record] })) return started
    return this.reused(found.value)
  }

  async end(id: string): Promise<void> {
    await this.store.writeRecords({ put: [], drop: [drop(KINDS.session, id)] })
  }

  /** Puts away what is over, or was of accounts that have changed since. */
  async sweep(users: readonly User[]): Promise<void> {
    const epochs = new Map(users.map(({ id, epoch }) => [id, epoch]))
    const all = await listRecords<Session>(this.store, KINDS.session)
    const gone = all
      .map(({ value }) => value)
      .filter(({ expires, userId, epoch }) => expires <= this.now() || epochs.get(userId) !== epoch)
    if (gone.length > 0)
      await this.store.writeRecords({ put: [], drop: gone.map(({ id }) => drop(KINDS.session, id)) })
  }

  private next(session: Omit<Session, 'refresh' | 'expires'>): Started {
    const secret = newSecret()
    const expires = Math.min(this.now() + IDLE_DAYS * DAY, session.made + LONGEST_DAYS * DAY)
    return {
      session: { ...session, expires, refresh: hashOf(secret) },
      refreshToken: `tdr_${session.id}_${secret}`,
    }
  }

  private async reused({ id }: Session): Promise<never> {
    await this.end(id)
    throw over()
  }
}

const over = (): Refusal => new Refusal('UNAUTHENTICATED', 'The session is over.', 'Sign in again.')
