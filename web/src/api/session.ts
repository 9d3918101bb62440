import { problemOf, unreachable } from './problem.ts'

export const BASE = '/api/v1'
/** No form and no other site can send it without asking first. */
export const OURS = { 'x-tidemark': '1' }

/** Set by the page's link; their tokens are kept in memory alone. */
const fragment = /^#(share|setup|enter)=([\w-]+)$/.exec(location.hash)
export const shareToken = fragment?.[1] === 'share' ? (fragment[2] ?? null) : null
export const setupToken = fragment?.[1] === 'setup' ? (fragment[2] ?? null) : null

// What makes an account is in nobody's address bar, history or screenshot for longer than it takes to read it.
if (setupToken !== null) history.replaceState(null, '', location.pathname + location.search)

/**
 * Signs in by the link into a demo. One that was used leaves whoever opens it where they are: signed in, or at the door.
 */
export async function enterByLink(): Promise<void> {
  if (fragment?.[1] !== 'enter') return
  await post('/session/enter', { token: fragment[2], cookie: true }).catch(() => undefined)
  history.replaceState(null, '', location.pathname)
}

let bearer: string | null = null
/** When the session was last refreshed, by any tab: then the others need not. */
const REFRESHED = 'tidemark-refreshed'

export function authorization(): Record<string, string> {
  return bearer === null ? {} : { authorization: `Bearer ${bearer}` }
}

/** The first token of a share link. @throws Problem when the link is not good */
export function openShare(): Promise<void> {
  if (shareToken === null || bearer !== null) return Promise.resolve()
  opening ??= exchange(shareToken).finally(() => (opening = null))
  return opening
}
let opening: Promise<void> | null = null

async function exchange(token: string): Promise<void> {
  const response = await post('/session/share', { token })
  if (!response.ok) throw await problemOf(response)
  bearer = ((await response.json()) as { accessToken: string }).accessToken
}

/**
 * Renews what has run out, once for all tabs: a refresh token that is used twice ends the session.
 * @param since when the request that was refused began
 * @returns false when there is no session any more
 */
export async function renew(since: number): Promise<boolean> {
  if (shareToken !== null) {
    bearer = null
    return openShare().then(
      () => true,
      () => false,
    )
  }
  return alone(async () => {
    if (lastRefresh() >= since) return true
    const { ok } = await post('/session/refresh')
    if (ok) keepRefresh(Date.now())
    return ok
  })
}

let waiting: Promise<unknown> = Promise.resolve()
/** One tab at a time; where a page has no locks (plain http from afar), one request of this tab at a time. */
function alone<T>(work: () => Promise<T>): Promise<T> {
  // Not every page has it: only secure ones do.
  const { locks } = navigator as { locks?: LockManager }
  if (locks !== undefined) return locks.request('tidemark-refresh', work) as Promise<T>
  const next = waiting.then(work)
  waiting = next.catch(() => undefined)
  return next
}

function lastRefresh(): number {
  try {
    return Number(localStorage.getItem(REFRESHED) ?? 0)
  } catch {
    return 0
  }
}
function keepRefresh(at: number): void {
  try {
    localStorage.setItem(REFRESHED, String(at))
  } catch {
    // Without storage each tab refreshes for itself.
  }
}

async function post(path: string, body?: unknown): Promise<Response> {
  const json = body === undefined ? {} : { 'content-type': 'application/json' }
  return fetch(BASE + path, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { ...OURS, ...json },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw unreachable()
  })
}
