import type { z } from 'zod'
import type { Answered, RouteName, Routes } from '../../../delivery/api/contract.ts'

export type { Heard, ToldLive } from '../../../delivery/api/contract.ts'

/** A route as it is written: `GET /portfolio/dashboard`. */
export type Call = { [N in RouteName]: `${Routes[N]['method']} ${Routes[N]['path']}` }[RouteName]

type NameOf<C extends Call> = {
  [N in RouteName]: C extends `${Routes[N]['method']} ${Routes[N]['path']}` ? N : never
}[RouteName]

type Part<C extends Call, P extends string> =
  Routes[NameOf<C>] extends Record<P, infer S extends z.ZodType> ? z.input<S> : undefined

/** What a route takes, before defaults are filled in. Parts that a route has none of cannot be given. */
export type Ask<C extends Call> = Given<'params', Part<C, 'params'>> &
  Given<'query', Part<C, 'query'>> &
  Given<'body', Part<C, 'body'>>
type Given<P extends string, T> = [T] extends [undefined]
  ? { readonly [K in P]?: undefined }
  : Record<never, unknown> extends T
    ? { readonly [K in P]?: Loose<T> }
    : { readonly [K in P]: Loose<T> }
/** A key may be given as undefined: it is left out. */
type Loose<T> = T extends readonly unknown[] | string ? T : { [K in keyof T]: T[K] | undefined }

/** What a route answers with; null where it has no document. */
export type Answer<C extends Call> = Answered<NameOf<C>>

/** Calls that read, and those that change something. */
export type Read = Extract<Call, `GET ${string}`>
export type Write = Exclude<Call, Read>
