import {
  keepPreviousData,
  MutationCache,
  QueryCache,
  QueryClient,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useLiveState } from '../live/use-live.ts'
import { api, isFinal } from './api.ts'
import { Problem } from './problem.ts'
import type { Answer, Ask, Read, Write } from './types.ts'

/** How often figures are read anew while nothing is told live. */
const POLL_MS = 60_000

export function newQueryClient(): QueryClient {
  // Whoever is told that the session is over is led to the door: that is what the answer to `GET /me` does.
  const onError = (error: unknown): void => {
    const isOver = error instanceof Problem && error.status === 401
    if (isOver) void client.invalidateQueries({ queryKey: ['GET /me'] })
  }
  const client = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, { queryKey }) => void (queryKey[0] === 'GET /me' || onError(error)),
    }),
    mutationCache: new MutationCache({
      // At the door a 401 is about what was given there.
      onError: (error, _asked, _kept, { options }) =>
        void (String(options.mutationKey?.[0]).startsWith('POST /session') || onError(error)),
    }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 10 * 60_000,
        retry: (tries, error) => tries < 2 && !isFinal(error),
        refetchOnWindowFocus: true,
      },
      mutations: { retry: false },
    },
  })
  return client
}

/** The name under which an answer is kept: the call, then what was asked. */
export function keyOf<C extends Read>(call: C, ask?: Ask<C>): readonly unknown[] {
  return [call, ask ?? {}]
}

type ReadOptions = {
  /** Not asked until it is true. */
  readonly enabled?: boolean
  /** Whether the answer to the question before stays until the new one is there; on unless told otherwise. */
  readonly keep?: boolean
  readonly staleTime?: number
}

/** A read of the API. While nothing is told live, it is asked again every minute. */
export function useApi<C extends Read>(
  call: C,
  ask: Ask<C>,
  { enabled = true, keep = true, staleTime }: ReadOptions = {},
): UseQueryResult<Answer<C>, Problem> {
  const live = useLiveState().state === 'live'
  return useQuery<Answer<C>, Problem>({
    queryKey: keyOf(call, ask),
    queryFn: ({ signal }) => (api as AnyApi)(call, ask, { signal }) as Promise<Answer<C>>,
    enabled,
    refetchInterval: live ? false : POLL_MS,
    ...(keep ? { placeholderData: keepPreviousData } : {}),
    ...(staleTime === undefined ? {} : { staleTime }),
  })
}

/** Asks before anything is drawn: whoever reads it then has the answer sooner, and tells what went wrong with it. */
export function askAhead<C extends Read>(client: QueryClient, call: C, ask: Ask<C>): void {
  void client.prefetchQuery({
    queryKey: keyOf(call, ask),
    queryFn: ({ signal }) => (api as AnyApi)(call, ask, { signal }),
  })
}

/** A change through the API; afterwards all that begins with one of `renews` is read anew. */
export function useSend<C extends Write>(
  call: C,
  { renews = [] }: { readonly renews?: readonly Read[] } = {},
): UseMutationResult<Answer<C>, Problem, Ask<C>> {
  const client = useQueryClient()
  return useMutation<Answer<C>, Problem, Ask<C>>({
    mutationKey: [call],
    mutationFn: (ask) => (api as AnyApi)(call, ask) as Promise<Answer<C>>,
    onSuccess: () => Promise.all(renews.map((read) => client.invalidateQueries({ queryKey: [read] }))),
  })
}
/** The same function, without a question that is generic here. */
type AnyApi = (call: string, ask: unknown, options?: { signal?: AbortSignal }) => Promise<unknown>
