import type { TokenFacts } from '#ingestion/evm/tokens/metadata.ts'
import type { Decision, TokenStore } from '#ingestion/evm/tokens/store.ts'
import type { EvmChain, Hex } from '#ingestion/evm/types.ts'
import type { Records } from './records.ts'

/** Kind of the records of what a chain's tokens say of themselves; nobody owns them. */
const factsKind = (chain: Pick<EvmChain, 'caip2'>): string => `read:token:${chain.caip2}`
/** Kind of an owner's decisions about tokens, by their CAIP-19 ids. */
const DECISION = 'token'

/** What was decided by hand about a token, by whom and why. */
export type TokenDecision = {
  readonly decision: Decision
  readonly at: number
  readonly who: string
  readonly why: string
}

/** What is known of the tokens of a chain, kept in a store, with the decisions of one owner. */
export function storedTokens(store: Records, owner: string, chain: EvmChain): TokenStore {
  // A reading of history asks for every part; what others find out meanwhile is read again by the next process.
  let known: Promise<Map<Hex, TokenFacts>> | null = null
  const facts = () => (known ??= factsOf(store, chain))
  return {
    facts,
    async putFacts(read) {
      const all = await facts()
      for (const one of read) all.set(one.contract, one)
      await store.writeRecords({
        put: read.map((one) => ({
          ...{ owner: '', kind: factsKind(chain), key: one.contract },
          value: JSON.stringify(one),
        })),
      })
    },
    decisions: async () => decisionsOf(store, owner, chain),
  }
}

/** Everything that was ever read of the tokens of a chain. */
export async function factsOf(
  store: Pick<Records, 'records'>,
  chain: Pick<EvmChain, 'caip2'>,
): Promise<Map<Hex, TokenFacts>> {
  const records = await store.records({ owner: '', kind: factsKind(chain) })
  return new Map(records.map(({ key, value }) => [key as Hex, JSON.parse(value) as TokenFacts]))
}

export async function decisionsOf(
  store: Records,
  owner: string,
  chain: EvmChain,
): Promise<Map<Hex, Decision>> {
  const prefix = `${chain.caip2}/erc20:`
  const records = await store.records({ owner, kind: DECISION, from: prefix, to: `${prefix}~` })
  return new Map(
    records.map(({ key, value }) => [
      key.slice(prefix.length) as Hex,
      (JSON.parse(value) as TokenDecision).decision,
    ]),
  )
}

export async function decideToken(
  store: Records,
  owner: string,
  token: { readonly chain: EvmChain; readonly contract: Hex },
  decision: TokenDecision,
): Promise<void> {
  const key = `${token.chain.caip2}/erc20:${token.contract}`
  await store.writeRecords({ put: [{ owner, kind: DECISION, key, value: JSON.stringify(decision) }] })
}
