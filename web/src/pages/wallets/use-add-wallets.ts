import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../api/api.ts'
import { Problem } from '../../api/problem.ts'
import type { WalletLine } from './lines.ts'

export const WALLETS_RENEW = [
  'GET /portfolio/wallets',
  'GET /portfolios',
  'GET /portfolio/dashboard',
] as const
type Done = { readonly added: number; readonly refused: ReadonlyMap<string, string> }
const NONE: Done = { added: 0, refused: new Map() }

/** Adds wallets one after the other; one that is refused does not hold the others up. */
export function useAddWallets(portfolio: string | null) {
  const client = useQueryClient()
  const [isPending, setPending] = useState(false)
  const [done, setDone] = useState(NONE)
  const add = async (lines: readonly WalletLine[], chains: readonly string[]): Promise<Done> => {
    setPending(true)
    const refused = new Map<string, string>()
    let added = 0
    for (const line of lines) {
      const words = await sent(line, portfolio, chains)
      if (words === null) added += 1
      else refused.set(line.text, words)
      setDone({ added, refused: new Map(refused) })
    }
    await Promise.all(WALLETS_RENEW.map((read) => client.invalidateQueries({ queryKey: [read] })))
    setPending(false)
    return { added, refused }
  }
  return { add, isPending, ...done, forget: () => setDone(NONE) }
}

/** @returns what the server said no with; null when it is there */
async function sent(
  { address, label }: WalletLine,
  portfolio: string | null,
  chains: readonly string[],
): Promise<string | null> {
  if (address === null) return null
  const ask = { query: { portfolio: portfolio ?? undefined }, body: { address, label, chains: [...chains] } }
  try {
    await api('POST /portfolio/wallets', ask)
    return null
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return [error.message, ...error.faults, error.fix].join(' ')
  }
}
