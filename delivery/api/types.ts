/** What the parts of the service are to each other: who asks, who answers, and what is told while it happens. */
import type { FastifyRequest } from 'fastify'
import type { Quote } from '#core/asset.ts'
import type { ProviderId } from '#core/candle.ts'
import type { Store } from '#pipeline/ports.ts'
import type { LotKeeper } from '#pipeline/lots/keeper.ts'
import type { JobIo } from '#pipeline/jobs/io.ts'
import type { Answered, Asked, RouteName } from './contract.ts'
import type { Download } from './export/pieces.ts'

export const ROLES = ['viewer', 'owner', 'admin'] as const
/** `viewer` reads; `owner` also changes what is theirs; `admin` also looks after the server. */
export type Role = (typeof ROLES)[number]

/** Who asks, once it is known. Every query is made for `owner`, whatever the request says. */
export type Principal = {
  readonly user: string
  readonly owner: string
  readonly role: Role
  /** Portfolios that may be read; null is all of the owner's (a share link names one). */
  readonly portfolios: readonly string[] | null
  /** Amounts are left out of every answer; per cents stay. */
  readonly hideAmounts: boolean
  /** By cookie: then what changes something must carry the header that no other site can send. */
  readonly byCookie: boolean
  /** A sign-in, a token of a program, or a share link. */
  readonly by: 'session' | 'token' | 'share'
  /** Which sign-in; null for what is none. */
  readonly session: string | null
  /** When they have to show again who they are; null where that is left open. */
  readonly expires: number | null
}

/** Tells who asks. */
export interface Auth {
  /** Null: nobody that is known. @throws Refusal for a credential that is there and not good */
  of(request: FastifyRequest): Promise<Principal | null>
}

/** What somebody came in with, as far as it is needed to look again later whether it is still good; no secret. */
export type Grant = {
  readonly kind: 'session' | 'share' | 'token'
  readonly id: string
  readonly expires: number | null
  readonly byCookie: boolean
}
/** Tells who asks, and goes on telling while a connection stays open. */
export interface LastingAuth extends Auth {
  /** Null for nobody, and for a credential that is not good. @throws Refusal for one in the address */
  grantOf(request: FastifyRequest): Promise<Grant | null>
  /** Who it is that a grant let in, null as soon as it is over: by its time, by signing out, by being taken back. */
  standing(grant: Grant): Promise<Principal | null>
  /** Calls the listener after something was changed here that says who may come in. @returns how to stop */
  onChange(listener: () => void): () => void
}

/** A source that is configured, and what it may be asked. */
export type ConfiguredProvider = {
  readonly provider: string
  /** Without anything that may be a key. */
  readonly host: string
  readonly perMinute: number | null
  readonly monthCredits: number | null
}

/** What handlers work with: one store, and how marks are made of it. */
export type ApiIo = {
  readonly store: Store
  /** False where the store can only be read; true when absent. */
  readonly writable?: boolean
  readonly settings: JobIo['marks']
  /** Base currency where no portfolio says its own. */
  readonly baseCurrency: Quote
  /** The store holds an invented market. */
  readonly invented: boolean
  /** The file that says what a portfolio is; null where all are kept in the store alone. */
  readonly portfolioFile: { readonly owner: string; readonly name: string; readonly file: string } | null
  readonly providers?: readonly ConfiguredProvider[]
  /** When the pipeline runs next, in milliseconds since 1970; null where nothing in this server runs by the clock. */
  readonly nextRun?: () => number | null
  readonly now: () => number
  /** Lots from what is kept of them between requests; without it they are computed from the beginning each time. */
  readonly lots?: LotKeeper
}
/** A request that a handler is asked with: read, checked, and allowed. */
export type Ask<N extends RouteName> = Asked<N> & { readonly owner: string }
export type Handler<N extends RouteName> = (ask: Ask<N>, io: ApiIo) => Promise<Frozen<Answered<N>>>
/** Nothing that was made is changed on its way out. */
export type Frozen<T> = T extends readonly (infer E)[]
  ? readonly Frozen<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T

/** What a handler answered, as bytes to send. */
export type Reply = {
  readonly status: number
  readonly body: Uint8Array
  /** Over the body's content; null for what is not to be kept. */
  readonly etag: string | null
}
/** What the server asks its threads beside the routes of the contract. */
export type InnerAsks = {
  /** What the live figures of a portfolio begin with (`LiveBasis`). */
  readonly liveBasis: { readonly owner: string; readonly portfolio: string }
  /** Calls that the server made of a provider, for the month's count. */
  readonly addCalls: { readonly provider: ProviderId; readonly calls: number }
}
export type TaskName = RouteName | keyof InnerAsks
export type TaskAsk<N extends TaskName> = [N] extends [RouteName]
  ? Ask<N>
  : [N] extends [keyof InnerAsks]
    ? InnerAsks[N]
    : never
/** Answers requests beside the event loop that serves everybody: in threads, each with a store of its own. */
export interface Runner {
  /** @throws Refusal or TidemarkError as the handler does */
  run<N extends TaskName>(name: N, ask: TaskAsk<N>): Promise<Reply>
  /** A file, piece by piece as it is taken. @throws as `run` does, for what cannot begin */
  download(ask: Ask<'export'>): Promise<Download>
  close(): Promise<void>
}
