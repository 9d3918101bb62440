import { showsCoin } from '../tokens/bundled.ts'
import type { BalanceReader, BlockRef, ChainRpc, Hex, WalletMovements, WalletScan } from '../types.ts'

/** What a wallet held of a token at the block before the first in which it is seen. */
export type Opened = { readonly contract: Hex | 'native'; readonly amount: bigint; readonly block: BlockRef }

/** Nothing was read of it yet. */
export const isFresh = ({ first, until }: WalletScan): boolean => until.number < first

/** Tokens that a wallet may hold though no movement shows them. */
export type MayHold = (wallet: Hex) => readonly Hex[]

type Work = { readonly scan: WalletScan; readonly read: WalletMovements }

/** Tokens that move for the first time, and of a scan that begins its coin and what else the wallet may hold. */
function newTokens({ scan, read }: Work, mayHold: MayHold): (Hex | 'native')[] {
  const seen = new Set(read.movements.map(({ contract }) => contract))
  if (isFresh(scan)) seen.add('native')
  // Before the first block of a chain nobody has tokens.
  if (isFresh(scan) && scan.until.number > 0) for (const contract of mayHold(scan.wallet)) seen.add(contract)
  return [...seen].filter((contract) => scan.expected[contract] === undefined)
}

/**
 * What wallets held before: of tokens that are seen for the first time, and at the beginning also of those that they may
 * hold, read at the block at which the group stands. It is nothing but for tokens that came before the first block read. One that has no readable balance there had none.
 * What a later part finds counts in that part's first block, since the part before is closed.
 */
export async function openings(
  rpc: ChainRpc,
  balances: BalanceReader,
  group: readonly Work[],
  mayHold: MayHold,
  signal: AbortSignal,
): Promise<Map<Hex, Opened[]>> {
  const opened = new Map<Hex, Opened[]>()
  const wanted = group.flatMap((work) => {
    const contracts = newTokens(work, (wallet) =>
      mayHold(wallet).filter((contract) => !showsCoin(rpc.chain.chainId, contract)),
    )
    return contracts.length === 0 ? [] : [{ scan: work.scan, contracts }]
  })
  if (wanted.length === 0) return opened
  const stands = await rpc.block(Math.max(0, wanted[0]?.scan.until.number ?? 0), signal)
  const wallets = wanted.map(({ scan: { wallet }, contracts }) => ({
    wallet,
    tokens: contracts.filter((contract) => contract !== 'native'),
  }))
  const held = await balances.at(stands, wallets, signal)
  for (const { scan, contracts } of wanted) {
    const own = held.balances.filter(
      ({ wallet, contract }) => wallet === scan.wallet && contracts.includes(contract),
    )
    const some = own.filter(({ amount }) => amount !== null && amount !== 0n)
    const late = some.length > 0 && !isFresh(scan)
    const block = late ? await rpc.block(stands.number + 1, signal) : stands
    opened.set(
      scan.wallet,
      some.map(({ contract, amount }) => ({ contract, amount: amount as bigint, block })),
    )
  }
  return opened
}
