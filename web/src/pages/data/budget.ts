import type { Answer } from '../../api/types.ts'
import type { Tone } from '../../ui/Badge.tsx'

export type Provider = Answer<'GET /providers'>['providers'][number]
export type Budget = {
  readonly used: number
  readonly most: number
  /** From 0 to 1; more than all of it is all of it. */
  readonly part: number
  readonly tone: Tone
}

const TIGHT = 0.8

/** What of a month's budget is used; null for a provider that counts none. */
export function budgetOf({ usedThisMonth: used, monthCredits: most }: Provider): Budget | null {
  if (most === null) return null
  const part = most === 0 ? 1 : Math.min(1, used / most)
  return { used, most, part, tone: part >= 1 ? 'bad' : part >= TIGHT ? 'warn' : 'ok' }
}

export type Standing = { readonly words: string; readonly tone: Tone }

/** What was newest of it: an answer or a fault. */
export function standingOf({ lastSuccess, lastFault }: Provider): Standing {
  if (lastSuccess === null && lastFault === null) return { words: 'not asked of late', tone: 'plain' }
  if (lastFault === null) return { words: '✓ answers', tone: 'ok' }
  if (lastSuccess === null) return { words: '✕ fails', tone: 'bad' }
  return lastFault.at >= lastSuccess
    ? { words: '! failed last', tone: 'warn' }
    : { words: '✓ answers', tone: 'ok' }
}
