import type { Wallet } from '#core/portfolio.ts'
import { READER, readerKey } from '../../chain/pair-read.ts'
import type { RecordStore, StoredRecord } from '../../ports.ts'
import { WALLET_READERS, type WalletReader } from '../io.ts'
import { chainsOf, type Context } from './context.ts'

/** A wallet on one of its chains, with who reads it there; null where nobody can, with the reason. */
export type Assigned = {
  readonly wallet: Wallet
  readonly chain: string
  readonly reader: WalletReader | null
  readonly why: string
}

/**
 * Says who reads each wallet on each chain: whoever read it before, since two readers tell of the same flow in
 * different words; else the first in the configured order that can. A chain's public endpoint is the last resort, since its host learns the addresses.
 */
export async function assignReaders(wallets: readonly Wallet[], context: Context): Promise<Assigned[]> {
  const known = await readersBefore(wallets, context)
  const assigned: Assigned[] = []
  const kept = new Map<string, number>()
  for (const wallet of wallets) {
    for (const chain of wallet.chains) {
      const before = known.get(readerKey(chain, wallet.address)) ?? null
      const now = await firstReader(chain, context)
      if (before === null || before === now.reader) assigned.push({ wallet, chain, ...now })
      else {
        assigned.push({ wallet, chain, ...staying(before, chain, context) })
        kept.set(`${before} ${chain}`, (kept.get(`${before} ${chain}`) ?? 0) + 1)
      }
    }
  }
  for (const [what, count] of kept) {
    const [reader = '', chain = ''] = what.split(' ')
    const whose = count === 1 ? 'A wallet' : `${count} wallets`
    const message = `${whose} on ${chain} ${count === 1 ? 'stays' : 'stay'} with ${nameOf(reader)}, which read it first.`
    context.emit({ type: 'notice', level: 'info', message })
  }
  return assigned
}

/** Keeps who read a wallet, once it was read. */
export async function keepReader(
  store: RecordStore,
  owner: string,
  { address }: Pick<Wallet, 'address'>,
  chain: string,
  reader: WalletReader,
): Promise<void> {
  const record: StoredRecord = { owner, kind: READER, key: readerKey(chain, address), value: reader }
  await store.writeRecords({ put: [record] })
}

async function readersBefore(
  wallets: readonly Wallet[],
  { io, request }: Context,
): Promise<Map<string, WalletReader>> {
  const { owner } = request
  const known = new Map<string, WalletReader>()
  // Stores from before there was a choice hold what Allium gave.
  const balances = await io.store.balances(
    owner,
    wallets.map(({ address }) => address),
  )
  for (const { chain, wallet, source } of balances)
    if (source === 'allium') known.set(readerKey(chain, wallet), 'allium')
  for (const { key, value } of await io.store.records({ owner, kind: READER }))
    known.set(key, value as WalletReader)
  return known
}

type Reader = Pick<Assigned, 'reader' | 'why'>

async function firstReader(chain: string, context: Context): Promise<Reader> {
  const { io, request, grace } = context
  const access = io.chains?.access(chain, chainsOf(context)) ?? { by: null, why: '' }
  const reasons: string[] = access.why === null || access.why === '' ? [] : [access.why]
  const order = io.walletSources ?? WALLET_READERS
  for (const reader of order) {
    if (reader === 'rpc' && (access.by === 'own' || (access.by === 'public' && !order.includes('allium'))))
      return { reader, why: '' }
    if (reader === 'rpc' && access.by === 'public' && io.wallets === null) return { reader, why: '' }
    if (reader !== 'allium' || io.wallets === null) continue
    // A plan asks nobody.
    if (request.dryRun || (await io.wallets.source.supports(chain, grace))) return { reader, why: '' }
    reasons.push(`${io.wallets.source.id} does not read ${chain}`)
  }
  if (access.by === 'public' && order.includes('rpc')) return { reader: 'rpc', why: '' }
  return { reader: null, why: reasons.join('; ') || NOBODY }
}

const NOBODY =
  'no provider that reads wallets is configured: set RPC_URL_<chain id> to an endpoint of the chain, or ALLIUM_API_KEY'

/** Of what another reader would read now, the one that read it before. */
function staying(reader: WalletReader, chain: string, context: Context): Reader {
  const { io } = context
  if (reader === 'allium' && io.wallets === null)
    return { reader: null, why: `${chain} was read by allium before, which is not configured now` }
  const access = io.chains?.access(chain, chainsOf(context))
  if (reader === 'rpc' && (access?.by ?? null) === null)
    return { reader: null, why: access?.why ?? `${chain} was read by its nodes before` }
  return { reader, why: '' }
}

const nameOf = (reader: string): string => (reader === 'rpc' ? 'the chain itself' : reader)
