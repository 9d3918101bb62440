import type { Ask } from '../../api/types.ts'
import { usePlace } from '../../shell/place.ts'

type Query = NonNullable<Ask<'GET /portfolio/lots'>['query']>
export type Method = NonNullable<Query['method']>
export type Scope = NonNullable<Query['scope']>

export const METHODS: readonly { readonly key: Method; readonly label: string }[] = [
  { key: 'fifo', label: 'fifo: oldest first' },
  { key: 'lifo', label: 'lifo: newest first' },
  { key: 'hifo', label: 'hifo: highest cost first' },
  { key: 'lofo', label: 'lofo: lowest cost first' },
  { key: 'average', label: 'average cost' },
  { key: 'uk', label: 'uk: section 104 pool' },
]
export const SCOPES: readonly { readonly key: Scope; readonly label: string }[] = [
  { key: 'pooled', label: 'pooled: all wallets together' },
  { key: 'wallet', label: 'wallet: each by itself' },
]

/** By what lots are computed: from the address. */
export function useLotSettings(): {
  readonly method: Method
  readonly scope: Scope
  readonly choose: (settings: { readonly method?: Method; readonly scope?: Scope }) => void
} {
  const { params, change } = usePlace()
  const known = <K extends string>(all: readonly { readonly key: K }[], text: string | null, other: K): K =>
    all.find(({ key }) => key === text)?.key ?? other
  return {
    method: known(METHODS, params.get('method'), 'fifo'),
    scope: known(SCOPES, params.get('scope'), 'pooled'),
    choose: (settings) => change(settings),
  }
}
