import type { Answer } from '../../api/types.ts'
import { span } from '../../format/time.ts'
import type { Tone } from '../../ui/Badge.tsx'

export type Run = Answer<'GET /runs'>['rows'][number]
export type Outcome = Run['outcome']

/** How a run ended, in a word; its tone only repeats it. */
export const OUTCOMES: Readonly<Record<Outcome, { readonly words: string; readonly tone: Tone }>> = {
  running: { words: '… running', tone: 'info' },
  complete: { words: '✓ complete', tone: 'ok' },
  partial: { words: '! in part', tone: 'warn' },
  failed: { words: '✕ failed', tone: 'bad' },
  interrupted: { words: '! interrupted', tone: 'warn' },
}

/** How long it took, or has taken until now. */
export function lasted({ started, finished }: Run, now: number): string {
  return span((finished === null ? now : Date.parse(finished)) - Date.parse(started))
}

export type RunFailure = { readonly item: string; readonly message: string; readonly fix: string | null }

/** What a run could not do. Its summary is of the version that ran it, so nothing in it is taken for granted. */
export function failuresOf(summary: unknown): RunFailure[] {
  return listIn(summary, 'failures').flatMap((each) => {
    const { item, message, fix } = each
    if (typeof message !== 'string') return []
    return [
      { item: typeof item === 'string' ? item : '', message, fix: typeof fix === 'string' ? fix : null },
    ]
  })
}

/** What it brought, in words: `1,234 hours of prices, 12 flows, 3 gaps left`. Empty where it says nothing of that. */
export function broughtBy(summary: unknown): string {
  const parts = [
    counted(numberIn(summary, 'hours', 'added'), 'hour of prices', 'hours of prices'),
    counted(numberIn(summary, 'flows', 'added'), 'flow', 'flows'),
    counted(numberIn(summary, 'balances', 'added'), 'balance', 'balances'),
    counted(numberIn(summary, 'gaps', 'left'), 'hour still missing', 'hours still missing'),
  ]
  return parts.filter((part) => part !== null).join(', ')
}

function counted(count: number | null, one: string, many: string): string | null {
  if (count === null || count === 0) return null
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

function numberIn(summary: unknown, part: string, name: string): number | null {
  const value = fieldsOf(fieldsOf(summary)[part])[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function listIn(summary: unknown, name: string): Record<string, unknown>[] {
  const list = fieldsOf(summary)[name]
  return Array.isArray(list) ? list.map(fieldsOf) : []
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
