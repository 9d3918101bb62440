import { balanceReader } from '#ingestion/evm/balances/balances.ts'
import { readPart } from '#ingestion/evm/flows/part.ts'
import { tokenBook } from '#ingestion/evm/tokens/book.ts'
import { tokensInMemory } from '#ingestion/evm/tokens/store.ts'
import type { EndpointReport, Hex, KnownToken, TokenBook, WalletPart } from '#ingestion/evm/types.ts'
import { openTestChain } from '../support/chain.ts'

/** What the program reads of wallets from the first block of a chain to its newest. */
export type Reading = {
  readonly parts: readonly WalletPart[]
  readonly book: TokenBook
  /** What the book says of the contracts asked for. */
  readonly tokens: ReadonlyMap<Hex, KnownToken>
  readonly report: readonly EndpointReport[]
}

const { signal } = new AbortController()

/** All wallets together, as one group, with a checkpoint at the end. */
export async function readParts(
  chainId: number,
  urls: readonly string[],
  wallets: readonly Hex[],
  contracts: readonly Hex[],
): Promise<Reading> {
  const rpc = openTestChain(chainId, urls)
  try {
    const book = tokenBook({ rpc, listed: [], store: tokensInMemory(), now: () => Date.UTC(2026, 0, 1) })
    const { time } = await rpc.block(0, signal)
    const scans = wallets.map((wallet) => ({
      ...{ wallet, chain: rpc.chain.name, first: 1, until: { number: 0, time }, expected: {}, checked: 0 },
    }))
    const until = await rpc.block('latest', signal)
    const options = {
      owner: 'local',
      checkpoint: true,
      isOwn: (address: Hex) => wallets.includes(address),
    }
    const parts = await readPart(rpc, balanceReader(rpc), book, scans, until, options, signal)
    const report = rpc.report()
    return { parts, book, tokens: await book.of(contracts, signal), report }
  } finally {
    rpc.close()
  }
}
