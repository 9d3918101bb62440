import { checksumAddress } from '#core/address.ts'
import { formatTime } from '#core/hour.ts'
import { walletBook, type Portfolio, type Wallet } from '#core/portfolio.ts'
import { readerKey } from '#pipeline/chain/pair-read.ts'
import { pairTimes } from '#pipeline/chain/pair-times.ts'
import { listUnexplained } from '#pipeline/queries/unexplained.ts'
import type { ApiIo, Handler } from '../types.ts'
import { portfolioOf } from './portfolio-of.ts'

export const wallets: Handler<'wallets'> = async ({ owner, query }, io) => {
  const portfolio = await portfolioOf(owner, query.portfolio, io)
  const now = io.now()
  const open = await listUnexplained(io.store, owner, { now })
  const count = (address: string) => open.filter(({ wallet }) => wallet === address).length
  const rows = portfolio.wallets.map((wallet) => walletDocument(wallet, owner, count(wallet.address), io))
  return {
    schemaVersion: 1,
    asOf: formatTime(now),
    inFile: isInFile(portfolio, io),
    wallets: await Promise.all(rows),
  }
}

/** Whether a file says what a portfolio is: the next command would read it again. */
export function isInFile({ owner, name }: Portfolio, { portfolioFile }: ApiIo): boolean {
  return portfolioFile !== null && portfolioFile.name === name && portfolioFile.owner === owner
}

export async function walletDocument(
  { address, label, chains }: Wallet,
  owner: string,
  unexplained: number,
  io: ApiIo,
) {
  const [covered] = await io.store.flowCoverage(owner, [walletBook(address)])
  const times = await pairTimes(io.store, owner)
  return {
    address: address.startsWith('0x') ? checksumAddress(address) : address,
    label,
    chains,
    read: covered === undefined ? null : { from: formatTime(covered.from), to: formatTime(covered.to) },
    reads: chains.map((chain) => {
      const time = times.get(readerKey(chain, address))
      const at = time?.at ?? null
      return { chain, at: at === null ? null : formatTime(at), failed: time?.failed ?? false }
    }),
    unexplained,
  }
}
