import { z } from 'zod'
import type { Route } from './route.ts'
import { stamped, time, timeOrNull } from './values.ts'

// Bounded, since each is hashed or looked up; what is none is refused there, in the same words as a wrong one.
const name = z.string().min(1).max(64)
const password = z.string().min(1).max(1_024)
const secret = z.string().min(1).max(200)
const role = z.enum(['viewer', 'owner', 'admin'])
const id = z.string().min(1).max(64)
const label = z.string().min(1).max(64)
const days = z.number().int().min(1).max(3_660).nullable().default(null)
/** The page keeps its tokens where no script can read them; programs are given theirs. */
const cookie = z.boolean().default(false).describe('Set cookies instead of answering with the tokens')

const me = z.object({
  schemaVersion: z.literal(1),
  user: z.string(),
  role,
  /** Portfolios that are shown; null is all that are yours. */
  portfolios: z.array(z.string()).nullable(),
  hideAmounts: z.boolean(),
  by: z.enum(['session', 'token', 'share']),
  expires: timeOrNull,
})
const session = z.object({
  schemaVersion: z.literal(1),
  user: z.string(),
  role,
  /** Null where cookies were set. */
  accessToken: z.string().nullable(),
  refreshToken: z.string().nullable(),
  /** When the access token has to be refreshed. */
  expires: time,
})
const shown = z.object({
  schemaVersion: z.literal(1),
  accessToken: z.string(),
  expires: time,
  portfolio: z.string(),
  hideAmounts: z.boolean(),
})
const user = z.object({
  name: z.string(),
  role,
  owner: z.string(),
  disabled: z.boolean(),
  made: time,
})
const token = z.object({
  id: z.string(),
  label: z.string(),
  scope: z.enum(['read', 'write', 'admin']),
  made: time,
  expires: timeOrNull,
})
const share = z.object({
  id: z.string(),
  portfolio: z.string(),
  hideAmounts: z.boolean(),
  made: time,
  expires: timeOrNull,
})
const tag = 'session'

/** Who comes in, and what they may. */
export const SESSION_ROUTES = {
  signIn: {
    method: 'POST',
    path: '/session',
    tag,
    access: 'public',
    summary: 'Sign in: a token for 15 minutes, and one that it is refreshed with',
    body: z.strictObject({ name, password, cookie }),
    status: 201,
    answer: session,
  },
  refresh: {
    method: 'POST',
    path: '/session/refresh',
    tag,
    access: 'public',
    summary: 'Take a refresh token for new ones; a second use of it ends the session',
    body: z.strictObject({ refreshToken: secret.nullable().default(null) }).nullish(),
    answer: session,
  },
  setUp: {
    method: 'POST',
    path: '/session/setup',
    tag,
    access: 'public',
    summary: 'Make the first account with the token of the link that the first start printed',
    body: z.strictObject({ token: secret, name, password, cookie }),
    status: 201,
    answer: session,
  },
  enter: {
    method: 'POST',
    path: '/session/enter',
    tag,
    access: 'public',
    summary: 'Sign in to the demo with the one-time link that its start printed',
    body: z.strictObject({ token: secret, cookie }),
    status: 201,
    answer: session,
  },
  openDemo: {
    method: 'POST',
    path: '/demo',
    tag,
    access: 'admin',
    summary: 'Open the demo, an invented market with a store and a server of its own, and get a link into it',
    status: 201,
    answer: z.object({ schemaVersion: z.literal(1), link: z.string().describe('Good once') }),
  },
  openShare: {
    method: 'POST',
    path: '/session/share',
    tag,
    access: 'public',
    summary: 'Take the token of a share link for one that reads its portfolio',
    body: z.strictObject({ token: secret }),
    answer: shown,
  },
  signOut: {
    method: 'DELETE',
    path: '/session',
    tag,
    access: 'self',
    summary: 'End this session, with every token of it',
    status: 204,
    answer: 'nothing',
  },
  me: {
    method: 'GET',
    path: '/me',
    tag,
    access: 'self',
    summary: 'Who you are here, and what you may',
    answer: me,
  },
  changeMe: {
    method: 'PATCH',
    path: '/me',
    tag,
    access: 'self',
    summary: 'Change your password; every session ends, and this one begins anew',
    body: z.strictObject({ password, newPassword: password }),
    answer: session,
  },
  users: {
    method: 'GET',
    path: '/users',
    tag,
    access: 'admin',
    summary: 'Accounts of this server',
    answer: z.object({ ...stamped, users: z.array(user) }),
  },
  addUser: {
    method: 'POST',
    path: '/users',
    tag,
    access: 'admin',
    summary: 'Make an account, with portfolios of its own or those of another account',
    body: z.strictObject({ name, password, role: role.default('owner'), shares: name.optional() }),
    status: 201,
    answer: user,
  },
  changeUser: {
    method: 'PATCH',
    path: '/users/:name',
    tag,
    access: 'admin',
    summary: 'Change role or password of an account, disable or enable it; its sessions end',
    params: z.strictObject({ name }),
    body: z
      .strictObject({ role, disabled: z.boolean(), password })
      .partial()
      .refine((change) => Object.keys(change).length > 0, 'says nothing to change'),
    answer: user,
  },
  removeUser: {
    method: 'DELETE',
    path: '/users/:name',
    tag,
    access: 'admin',
    summary: 'Take an account away; its portfolios stay stored',
    params: z.strictObject({ name }),
    status: 204,
    answer: 'nothing',
  },
  tokens: {
    method: 'GET',
    path: '/tokens',
    tag,
    access: 'self',
    summary: 'Your API tokens',
    answer: z.object({ ...stamped, tokens: z.array(token) }),
  },
  addToken: {
    method: 'POST',
    path: '/tokens',
    tag,
    access: 'self',
    summary: 'Make an API token; its text is told once',
    body: z.strictObject({ label, scope: z.enum(['read', 'write', 'admin']).default('read'), days }),
    status: 201,
    answer: token.extend({ token: z.string() }),
  },
  revokeToken: {
    method: 'DELETE',
    path: '/tokens/:id',
    tag,
    access: 'self',
    summary: 'Revoke an API token',
    params: z.strictObject({ id }),
    status: 204,
    answer: 'nothing',
  },
  shares: {
    method: 'GET',
    path: '/shares',
    tag,
    access: 'write',
    summary: 'Links that show your portfolios',
    answer: z.object({ ...stamped, shares: z.array(share) }),
  },
  addShare: {
    method: 'POST',
    path: '/shares',
    tag,
    access: 'write',
    summary: 'Make a link that shows one portfolio, read only, without amounts if asked',
    body: z.strictObject({
      portfolio: z.string().min(1).max(64),
      hideAmounts: z.boolean().default(false),
      days,
    }),
    status: 201,
    answer: share.extend({ link: z.string().describe('Behind the address of the server; told once') }),
  },
  revokeShare: {
    method: 'DELETE',
    path: '/shares/:id',
    tag,
    access: 'write',
    summary: 'Revoke a link',
    params: z.strictObject({ id }),
    status: 204,
    answer: 'nothing',
  },
} as const satisfies Record<string, Route>
