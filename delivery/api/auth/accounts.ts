import { TidemarkError } from '#core/errors.ts'
import { LOCAL_OWNER } from '#core/portfolio.ts'
import type { RecordStore } from '#pipeline/ports.ts'
import type { Role } from '../types.ts'
import type { Passwords } from './passwords.ts'
import { newId } from './random.ts'
import { absent, drop, findRecord, KINDS, listRecords, put, type Found } from './records.ts'

/** Somebody who may sign in. */
export type User = {
  readonly name: string
  /** Tells this account from an earlier one of the same name. */
  readonly id: string
  readonly role: Role
  /** Whose portfolios and flows they see. */
  readonly owner: string
  readonly password: string
  readonly disabled: boolean
  /** Sessions of an earlier one are void. */
  readonly epoch: number
  readonly made: number
}
export type NewUser = {
  readonly name: string
  readonly password: string
  readonly role: Role
  /** An account whose portfolios are shared; else the new one has its own. */
  readonly shares?: string | undefined
}
/** Changes with every change of an account, so that of two that contradict each other one is told. */
type Register = { readonly changes: number; readonly owners: readonly string[] }

const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/
const TRIES = 20

/** Who may sign in, kept in the store. */
export class Accounts {
  private readonly store: RecordStore
  private readonly passwords: Passwords
  private readonly now: () => number

  constructor(store: RecordStore, passwords: Passwords, now: () => number) {
    this.store = store
    this.passwords = passwords
    this.now = now
  }

  /** By name. */
  async list(): Promise<User[]> {
    return (await listRecords<User>(this.store, KINDS.user)).map(({ value }) => value)
  }

  async find(name: string): Promise<Found<User> | null> {
    return NAME.test(name) ? findRecord<User>(this.store, KINDS.user, name) : null
  }

  /**
   * The first account becomes admin of what the command line has had so far.
   * @throws TidemarkError INPUT_INVALID for a name that is taken or none, or a password that is none; DATA_MISSING for
   *   an account to share with that is not there
   */
  async add(wanted: NewUser, only?: 'first'): Promise<User> {
    const { name } = wanted
    if (!NAME.test(name)) throw badName(name)
    const password = await this.passwords.hash(wanted.password, name)
    return this.change(async (register, users) => {
      if (users.some((user) => user.name === name)) throw taken(name)
      if (only === 'first' && users.length > 0) throw notFirst()
      const first = users.length === 0
      const owner = first ? LOCAL_OWNER : ownerOf(wanted, register, users)
      const role = first ? 'admin' : wanted.role
      const user: User = {
        ...{ name, id: newId(), role, owner, password },
        ...{ disabled: false, epoch: 1, made: this.now() },
      }
      return {
        result: user,
        owners: [owner],
        when: [absent(KINDS.user, name)],
        put: [put(KINDS.user, name, user)],
      }
    })
  }

  /** @throws TidemarkError DATA_MISSING, or INPUT_INVALID when no admin would be left */
  async edit(name: string, change: { role?: Role; disabled?: boolean; password?: string }): Promise<User> {
    const { password: text, ...rest } = change
    const password = text === undefined ? {} : { password: await this.passwords.hash(text, name) }
    const next = (user: User): User => ({ ...user, ...rest, ...password, epoch: user.epoch + 1 })
    return this.change(async (_register, users) => {
      const found = await this.known(name)
      const user = next(found.value)
      refuseWithoutAdmin(users.map((each) => (each.name === name ? user : each)))
      return { result: user, when: [found.stands], put: [put(KINDS.user, name, user)] }
    })
  }

  /** What belongs to the owner stays. @throws TidemarkError DATA_MISSING, or INPUT_INVALID when no admin would be left */
  async remove(name: string): Promise<User> {
    return this.change(async (_register, users) => {
      const found = await this.known(name)
      refuseWithoutAdmin(users.filter((each) => each.name !== name))
      return { result: found.value, when: [found.stands], put: [], drop: [drop(KINDS.user, name)] }
    })
  }

  /** Another hash of the same password, at the present cost: nobody is signed out by it. */
  async rehash({ value: user, stands }: Found<User>, password: string): Promise<void> {
    const next = { ...user, password: await this.passwords.hash(password, user.name) }
    await this.store.writeRecordsIf([stands], { put: [put(KINDS.user, user.name, next)] })
  }

  private async known(name: string): Promise<Found<User>> {
    const found = await this.find(name)
    if (found !== null) return found
    throw new TidemarkError('DATA_MISSING', {
      message: `There is no user "${name.slice(0, 64)}".`,
      fix: '"tidemark users list" names those there are.',
    })
  }

  /** Reads, decides and writes while nobody else changes an account; who comes in between makes it begin again. */
  private async change<T>(
    decide: (register: Register, users: readonly User[]) => Promise<Decision<T>>,
  ): Promise<T> {
    for (let round = 0; round < TRIES; round++) {
      const found = await findRecord<Register>(this.store, KINDS.register, '')
      const register = found?.value ?? { changes: 0, owners: [] }
      const decided = await decide(register, await this.list())
      const owners = [...new Set([...register.owners, ...(decided.owners ?? [])])]
      const next: Register = { changes: register.changes + 1, owners }
      const when = [found?.stands ?? absent(KINDS.register, ''), ...decided.when]
      const change = { put: [put(KINDS.register, '', next), ...decided.put], drop: decided.drop ?? [] }
      if (await this.store.writeRecordsIf(when, change)) return decided.result
    }
    throw new TidemarkError('STORE_UNAVAILABLE', {
      message: 'Accounts are being changed elsewhere all the time.',
      fix: 'Try again in a moment.',
    })
  }
}

type Change = Parameters<RecordStore['writeRecords']>[0]
type Decision<T> = Change & {
  readonly result: T
  readonly when: Parameters<RecordStore['writeRecordsIf']>[0]
  /** Owners that come to be known. */
  readonly owners?: readonly string[]
}

/** An owner that nobody had before: who takes the name of a former account does not take over what was theirs. */
function ownerOf({ name, shares }: NewUser, { owners }: Register, users: readonly User[]): string {
  if (shares !== undefined) {
    const other = users.find((user) => user.name === shares)
    if (other !== undefined) return other.owner
    throw new TidemarkError('DATA_MISSING', {
      message: `There is no user "${shares.slice(0, 64)}" to share with.`,
      fix: '"tidemark users list" names those there are.',
    })
  }
  const used = new Set([LOCAL_OWNER, ...owners])
  if (!used.has(name)) return name
  for (let at = 2; ; at++) {
    const other = `${name.slice(0, 56)}-${at}`
    if (!used.has(other)) return other
  }
}

function refuseWithoutAdmin(users: readonly User[]): void {
  if (users.length === 0 || users.some(({ role, disabled }) => role === 'admin' && !disabled)) return
  throw new TidemarkError('INPUT_INVALID', {
    message: 'Nobody would be left who looks after this server.',
    fix: 'Make another account admin first.',
  })
}

const badName = (name: string): TidemarkError =>
  new TidemarkError('INPUT_INVALID', {
    message: `${JSON.stringify(name.slice(0, 80))} is no name of a user.`,
    fix: 'Use small letters, digits, "-" and "_", 64 at most, beginning with a letter or digit.',
  })

const taken = (name: string): TidemarkError =>
  new TidemarkError('INPUT_INVALID', { message: `There is a user ${name}.`, fix: 'Choose another name.' })

const notFirst = (): TidemarkError =>
  new TidemarkError('INPUT_INVALID', {
    message: 'This server has its first account already.',
    fix: 'Sign in with it; an admin adds others.',
  })
