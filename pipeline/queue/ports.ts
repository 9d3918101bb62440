import type { Entry, Work } from './work.ts'

/** How an entry stands: `parked` are those whose tries are used up, or that will not succeed by being tried again. */
export const WORK_STATES = ['waiting', 'active', 'parked', 'done'] as const
export type WorkState = (typeof WORK_STATES)[number]
export type WorkCounts = Readonly<Record<WorkState, number>>

export type Added = {
  readonly added: number
  /** The same work was there already, waiting or under way. */
  readonly present: number
  /** The same work is parked, and stays so until somebody has it tried again. */
  readonly parked: number
}
export type QueuedEntry = {
  readonly id: string
  readonly state: WorkState
  readonly data: unknown
  /** Tries that failed. */
  readonly tries: number
  /** Why it failed last, null when it did not. */
  readonly cause: string | null
  /** When it was handed out, and when it was done or parked; milliseconds since 1970. */
  readonly queued: number
  readonly finished: number | null
}

/** Where work is handed out. Errors are TidemarkErrors of the server behind it (STORE_UNAVAILABLE, STORE_FULL, …). */
export interface WorkQueue {
  /** What its keys begin with, for those who watch it from outside. */
  readonly name: string
  /**
   * Adds what is not there yet, in this order. Of the same work that still waits, `widen` says what it becomes (null:
   * it stays as it is); what was done before is done again.
   */
  add(entries: readonly Entry[], widen: (waiting: unknown, again: Work) => Work | null): Promise<Added>
  counts(): Promise<WorkCounts>
  /** Entries in some states: what is done next first, or what was done or parked last. */
  entries(states: readonly WorkState[], page: { limit: number; offset: number }): Promise<QueuedEntry[]>
  /** Whether work of the group `fetch` waits or is under way. */
  fetching(): Promise<boolean>
  /** Gives parked entries all their tries again. @returns how many there were */
  retry(ids: readonly string[] | 'all'): Promise<number>
  close(): Promise<void>
}

/** What became of a piece of work. */
export type Verdict =
  | { readonly type: 'done' }
  /** Not now, through no fault of its own: it waits for so long, and that was no try. */
  | { readonly type: 'later'; readonly ms: number }
  /** Given back to whoever comes next: this process stops. */
  | { readonly type: 'back' }
  /** A try that failed; `final` when another one cannot succeed. */
  | { readonly type: 'failed'; readonly cause: string; readonly final: boolean }
