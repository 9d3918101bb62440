import type { Answer } from './types.ts'
import { useApi } from './use-api.ts'

export type Me = Answer<'GET /me'>
const ROLES = { viewer: 0, owner: 1, admin: 2 } as const

/** Who looks at the page; null until it is known. */
export function useMe(): Me | null {
  return useApi('GET /me', {}, { staleTime: 60_000 }).data ?? null
}

/** Whether they may do what needs a role; what they may not is not offered. The server decides again, whatever this says. */
export function useMay(role: keyof typeof ROLES): boolean {
  const me = useMe()
  return me !== null && me.portfolios === null && ROLES[me.role] >= ROLES[role]
}
