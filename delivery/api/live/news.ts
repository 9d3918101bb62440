import type { JobEvent } from '#pipeline/events.ts'

/** What happened that those who look at a portfolio want to see. */
export type News =
  /** Every event of a run, as the job says it. */
  | { readonly type: 'run'; readonly owner: string; readonly event: JobEvent }
  /** The hours up to `hour` (milliseconds since 1970) of a portfolio have been computed. */
  | { readonly type: 'hour'; readonly owner: string; readonly portfolio: string; readonly hour: number }
  | {
      readonly type: 'changed'
      readonly owner: string
      readonly portfolio: string
      readonly what: 'flows' | 'wallets' | 'prices'
    }

/** Carries news to every connection, of this server and of those that share the work with it. */
export interface Newsroom {
  /** Never throws and is not waited for. */
  tell(news: News): void
  /** @returns how to stop listening */
  listen(listener: (news: News) => void): () => void
}
