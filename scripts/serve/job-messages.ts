import type { Config } from '#config/config.ts'
import type { Problem } from '#delivery/api/problem.ts'
import type { News } from '#delivery/api/live/news.ts'

/** What a thread that runs the pipeline is to do. */
export type JobOrder =
  | {
      readonly kind: 'ingest'
      readonly owner: string
      /** Null where there is none: then it is the top ten coins. */
      readonly portfolio: string | null
      readonly days: number
    }
  /** At every tick, for every portfolio of everybody, until it is told to stop. */
  | { readonly kind: 'schedule' }
export type JobBoot = {
  readonly config: Config
  /** The store and the providers of `config` are the demo's. */
  readonly demo: boolean
  readonly order: JobOrder
}

/** What it says. News come as text from which every secret has been taken. */
export type FromJob =
  | { readonly news: string }
  | { readonly next: number }
  | { readonly failed: Problem }
  | { readonly done: true }

export const readNews = (text: string): News => JSON.parse(text) as News
