import type { Call, OwnRoutes } from '../../routes.ts'
import { Refusal } from '../../problem.ts'
import type { User } from '../accounts.ts'
import type { Authority } from '../authority.ts'
import { clearCookies, setCookies } from '../cookies.ts'
import { cookieOf, refuseForeign } from '../credential.ts'
import type { Delays } from '../delays.ts'
import type { Passwords } from '../passwords.ts'
import type { Found } from '../records.ts'
import type { Started } from '../sessions.ts'
import type { SetupLink } from '../setup-link.ts'
import { accountOf, askerOf, expiry, isoOf } from './parts.ts'

/** What happened at the door, for log and counters; never a password, nor a name that is no account's. */
export type AuthEvent = {
  readonly type: 'signed-in' | 'refused' | 'signed-out' | 'refresh-refused' | 'set-up' | 'password-changed'
  readonly address: string
  readonly user?: string
}
export type SessionIo = {
  readonly authority: Authority
  readonly passwords: Passwords
  readonly delays: Delays
  readonly setup: SetupLink
  /** The link into a demo. */
  readonly enter: SetupLink
  readonly onEvent: (event: AuthEvent) => void
}

/** Whose the demo's store is; nobody knows its password. */
export const DEMO_ACCOUNT = 'demo'

/** How a session comes, goes on and ends. */
export function sessionRoutes(io: SessionIo) {
  const { authority, setup, enter, onEvent } = io
  return {
    signIn: async ({ body: { name, password, cookie } }, call) => {
      if (cookie) refuseForeign(call.request)
      const user = await proven(io, name.toLowerCase(), password, call)
      const session = await started(io, user, cookie, call)
      onEvent({ type: 'signed-in', address: call.request.ip, user: user.value.name })
      return session
    },
    refresh: async ({ body }, call) => {
      const given = body?.refreshToken ?? null
      if (given === null) refuseForeign(call.request)
      const rotated = await rotatedOf(io, given ?? cookieOf(call.request, 'refresh'), call)
      const user = await authority.accounts.find(rotated.session.user)
      if (user === null || !isOf(rotated, user.value)) throw over()
      return told(io, rotated, user.value, given === null, call)
    },
    setUp: async ({ body: { token, name, password, cookie } }, call) => {
      if (cookie) refuseForeign(call.request)
      if (!setup.isGood(token)) throw usedUp()
      const wanted = { name: name.toLowerCase(), password, role: 'admin' } as const
      await authority.accounts.add(wanted, 'first')
      setup.use()
      authority.forget()
      onEvent({ type: 'set-up', address: call.request.ip, user: wanted.name })
      const user = await authority.accounts.find(wanted.name)
      if (user === null) throw over()
      return started(io, user, cookie, call)
    },
    enter: async ({ body: { token, cookie } }, call) => {
      if (cookie) refuseForeign(call.request)
      const user = enter.isGood(token) ? await authority.accounts.find(DEMO_ACCOUNT) : null
      if (user === null) throw usedUp()
      enter.use()
      onEvent({ type: 'signed-in', address: call.request.ip, user: DEMO_ACCOUNT })
      return started(io, user, cookie, call)
    },
    openShare: async ({ body: { token } }) => {
      const share = await authority.shares.read(token)
      if (share === null)
        throw new Refusal('UNAUTHENTICATED', 'This link shows nothing, or no longer.', 'Ask for a new one.')
      const { portfolio, hideAmounts, id } = share
      const access = await authority.access.sign({ kind: 'share', id })
      const expires = isoOf(access.expires)
      return { schemaVersion: 1, accessToken: access.token, expires, portfolio, hideAmounts }
    },
    signOut: async (_ask, call) => {
      const { session, user, byCookie } = askerOf(call)
      if (session !== null) await authority.sessions.end(session)
      authority.forget()
      if (byCookie) clearCookies(call.request, call.reply)
      onEvent({ type: 'signed-out', address: call.request.ip, user })
      return null
    },
    me: async (_ask, call) => {
      const who = askerOf(call)
      const { user, role, portfolios, hideAmounts, by } = who
      return { schemaVersion: 1, user, role, portfolios, hideAmounts, by, ...expiry(who) }
    },
    changeMe: async ({ body: { password, newPassword } }, call) => {
      const { value: me } = await accountOf(authority, call)
      await proven(io, me.name, password, call)
      await authority.accounts.edit(me.name, { password: newPassword })
      authority.forget()
      onEvent({ type: 'password-changed', address: call.request.ip, user: me.name })
      const user = await authority.accounts.find(me.name)
      if (user === null) throw over()
      return started(io, user, askerOf(call).byCookie, call)
    },
  } satisfies OwnRoutes
}

/** The account whose password was given. An account that is not there, or is disabled, is refused alike, as late. */
async function proven(
  { authority, passwords, delays, onEvent }: SessionIo,
  name: string,
  password: string,
  { request }: Call,
): Promise<Found<User>> {
  delays.begin(name, request.ip)
  const found = await authority.accounts.find(name)
  const right = await passwords.matches(password, found?.value.password ?? null)
  if (found === null || !right || found.value.disabled) {
    onEvent({ type: 'refused', address: request.ip, ...(found === null ? {} : { user: name }) })
    throw new Refusal(
      'UNAUTHENTICATED',
      'Name or password is wrong.',
      'Check both; an admin can set another.',
    )
  }
  delays.succeeded(name)
  if (!passwords.isOutdated(found.value.password)) return found
  await authority.accounts.rehash(found, password)
  return (await authority.accounts.find(name)) ?? found
}

async function started(io: SessionIo, user: Found<User>, cookie: boolean, call: Call) {
  const session = await io.authority.sessions.start(user)
  if (session === null) throw over()
  return told(io, session, user.value, cookie, call)
}

/** The tokens, in cookies or in the answer, never in both. */
async function told(
  { authority }: SessionIo,
  { session, refreshToken }: Started,
  { name, role }: User,
  cookie: boolean,
  { request, reply }: Call,
) {
  const access = await authority.access.sign({ kind: 'session', id: session.id })
  if (cookie) setCookies(request, reply, { access: access.token, refresh: refreshToken })
  const tokens = cookie
    ? { accessToken: null, refreshToken: null }
    : { accessToken: access.token, refreshToken }
  return { schemaVersion: 1 as const, user: name, role, ...tokens, expires: isoOf(access.expires) }
}

async function rotatedOf(
  { authority, onEvent }: SessionIo,
  token: string | null,
  { request, reply }: Call,
): Promise<Started> {
  try {
    if (token === null) throw over()
    return await authority.sessions.rotate(token)
  } catch (error) {
    authority.forget()
    clearCookies(request, reply)
    onEvent({ type: 'refresh-refused', address: request.ip })
    throw error
  }
}

const isOf = ({ session }: Started, { id, epoch, disabled }: User): boolean =>
  session.userId === id && session.epoch === epoch && !disabled

const over = (): Refusal => new Refusal('UNAUTHENTICATED', 'The session is over.', 'Sign in again.')
const usedUp = (): Refusal =>
  new Refusal(
    'UNAUTHENTICATED',
    'This link was used, or is older than 15 minutes.',
    'Start the server again: it prints another; or run "tidemark users add NAME".',
  )
