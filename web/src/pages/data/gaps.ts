import type { Answer } from '../../api/types.ts'

export type Gap = Answer<'GET /gaps'>['rows'][number]
export type Suspect = Answer<'GET /gaps'>['suspects'][number]

const REASONS: Readonly<Record<string, string>> = {
  'plan-reach': 'older than the plan reaches',
  'no-data': 'the provider has none',
  suspect: 'a sample is kept aside',
  failed: 'could not be read',
  'not-listed': 'not listed there',
  disputed: 'two prices too far apart',
}
/** Why there is nothing, in words. */
export const reasonOf = ({ reason }: Pick<Gap, 'reason'>): string => REASONS[reason] ?? reason

export const hoursOf = ({ from, to }: Pick<Gap, 'from' | 'to'>): number =>
  Math.round((Date.parse(to) - Date.parse(from)) / 3_600_000)

/** Hours without a price, and hours with two that disagree: these have prices, so nothing is missing there. */
export function parted(gaps: readonly Gap[]): {
  readonly missing: readonly Gap[]
  readonly disputed: readonly Gap[]
} {
  const isDisputed = ({ reason }: Gap): boolean => reason === 'disputed'
  return { missing: gaps.filter((gap) => !isDisputed(gap)), disputed: gaps.filter(isDisputed) }
}

/** Those that say one of their names with all of the words. */
export function searched<T extends { readonly asset: string; readonly provider: string }>(
  rows: readonly T[],
  text: string,
): readonly T[] {
  const words = text.trim().toLowerCase().split(/\s+/)
  return rows.filter(({ asset, provider }) => {
    const names = `${asset} ${provider}`.toLowerCase()
    return words.every((word) => names.includes(word))
  })
}

/** Decided ones last, else the newest first. */
export function byUrgency(suspects: readonly Suspect[]): readonly Suspect[] {
  const rank = ({ state }: Suspect): number => (isOpen(state) ? 0 : 1)
  return [...suspects].sort((a, b) => rank(a) - rank(b) || b.time.localeCompare(a.time))
}

/** Whether nobody and nothing has decided about a sample yet. */
export const isOpen = (state: string): boolean => state === 'pending' || state === 'held'

const STATES: Readonly<Record<string, string>> = {
  pending: 'waits for later samples',
  held: 'later samples did not confirm it',
  released: 'later samples confirmed it',
  accepted: 'accepted',
  rejected: 'rejected',
}
export const stateOf = ({ state }: Pick<Suspect, 'state'>): string => STATES[state] ?? state
