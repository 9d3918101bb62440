import { blockAt } from '#ingestion/evm/block-at/block-at.ts'
import { timesInMemory, type BlockTimes } from '#ingestion/evm/block-at/times.ts'
import { readPart } from '#ingestion/evm/flows/part.ts'
import { firstBlocks } from '#ingestion/evm/history/first-block.ts'
import { planReading } from '#ingestion/evm/history/plan.ts'
import { readLogs, transferFilters } from '#ingestion/evm/history/transfers.ts'
import type { ChainTokenBook } from '#ingestion/evm/tokens/book.ts'
import type { BalanceReader, BlockRef, ChainRpc, Hex, RawLog } from '#ingestion/evm/types.ts'
import type { ChainHistory, ChainUsage, FirstBlock, ScanStart } from '#pipeline/ports.ts'

/** Most requests for logs that looking for a wallet's first token may take. */
const LOOKING = 64

type Opened = { readonly rpc: ChainRpc; readonly tokens: ChainTokenBook; readonly balances: BalanceReader }

/** A chain as the job walks along it. */
export function chainHistory({ rpc, tokens, balances }: Opened): ChainHistory {
  const counted = new CountedRpc(rpc)
  // Not those that are kept for good: this is where a block that was undone is found out.
  let times: BlockTimes = timesInMemory()
  const at = (time: number, signal: AbortSignal) => blockAt(counted, time, { times, until: 'latest' }, signal)
  return {
    chain: rpc.chain,
    block: (number, signal) => counted.block(number, signal),
    blockAt: at,
    logSpan: () => counted.logSpan(),
    assetOf: (contract) => tokens.assetOf(contract),
    begin: (wallets, first, until, signal) =>
      first === null
        ? beginnings(counted, wallets, until, signal)
        : beginFrom(counted, wallets, first, until, at, signal),
    part(scans, until, how, signal) {
      const mayHold = (wallet: Hex) => [...tokens.bundled, ...(how.mayHold?.(wallet) ?? [])]
      return readPart(counted, balances, tokens, scans, until, { ...how, mayHold }, signal)
    },
    async calls(scans, until, signal) {
      const wallets = scans.map(({ wallet, until: { number } }) => ({ wallet, after: number }))
      return (await planReading(counted, wallets, until.number, signal)).total
    },
    usage: () => counted.usage(),
    forget: () => (times = timesInMemory()),
  }
}

/** From the first block of each wallet, before which nothing of it is on the chain. */
async function beginnings(
  rpc: ChainRpc,
  wallets: readonly Hex[],
  until: BlockRef,
  signal: AbortSignal,
): Promise<ScanStart[]> {
  const found = await firstBlocks(rpc, wallets, until.number, signal)
  const logged = await firstLogs(rpc, wallets, found, until.number, signal)
  const starts: ScanStart[] = []
  for (const wallet of wallets) {
    const first = Math.min(found.get(wallet) ?? Infinity, logged.get(wallet) ?? Infinity)
    const before = Number.isFinite(first) ? Math.max(0, first - 1) : until.number
    starts.push(startAt(rpc, wallet, before === until.number ? until : await rpc.block(before, signal), true))
  }
  return starts
}

/**
 * The first block with a token of each wallet that is earlier than all else of it: a token may come to an address that
 * never had any ether. Looked for only where the endpoint needs few requests for it.
 */
async function firstLogs(
  rpc: ChainRpc,
  wallets: readonly Hex[],
  found: ReadonlyMap<Hex, number | null>,
  until: number,
  signal: AbortSignal,
): Promise<Map<Hex, number>> {
  const first = new Map<Hex, number>()
  const to = Math.max(...wallets.map((wallet) => found.get(wallet) ?? until + 1)) - 1
  const filters = transferFilters(wallets, [])
  if (to < 1 || filters.length * Math.ceil(to / rpc.logSpan()) > LOOKING) return first
  const logs = await rpc.logs(filters, { from: 0, to }, signal)
  for (const { wallet, log } of readLogs(logs, new Set(wallets), () => true).moves)
    first.set(wallet, Math.min(log.block, first.get(wallet) ?? Infinity))
  return first
}

/** From a block or time that was asked for: what was held before enters as its opening. */
async function beginFrom(
  rpc: ChainRpc,
  wallets: readonly Hex[],
  first: NonNullable<FirstBlock>,
  until: BlockRef,
  at: ChainHistory['blockAt'],
  signal: AbortSignal,
): Promise<ScanStart[]> {
  const before = 'number' in first ? first.number - 1 : ((await at(first.time, signal))?.number ?? 0)
  const number = Math.min(Math.max(0, before), until.number)
  const block = await rpc.block(number, signal)
  return wallets.map((wallet) => startAt(rpc, wallet, block, number === 0))
}

function startAt({ chain }: ChainRpc, wallet: Hex, at: BlockRef, whole: boolean): ScanStart {
  const { number, time } = at
  const scan = {
    ...{ wallet, chain: chain.name, first: number + 1, until: { number, time } },
    ...{ expected: {}, checked: number },
  }
  return { scan, at, whole }
}

/** The same chain, with the logs counted that come from it. */
class CountedRpc implements ChainRpc {
  readonly chain: ChainRpc['chain']
  private readonly rpc: ChainRpc
  private readonly before: number
  private count = 0

  constructor(rpc: ChainRpc) {
    this.rpc = rpc
    this.chain = rpc.chain
    this.before = requestsOf(rpc)
  }

  async logs(...args: Parameters<ChainRpc['logs']>): Promise<RawLog[]> {
    const logs = await this.rpc.logs(...args)
    this.count += logs.length
    return logs
  }

  usage(): ChainUsage {
    const asked = this.report().filter(({ requests }) => requests > 0)
    const hosts = [...new Set(asked.map(({ host }) => host))]
    return { requests: requestsOf(this.rpc) - this.before, logs: this.count, hosts }
  }

  call: ChainRpc['call'] = (...args) => this.rpc.call(...args)
  batch: ChainRpc['batch'] = (...args) => this.rpc.batch(...args)
  block: ChainRpc['block'] = (...args) => this.rpc.block(...args)
  offers: ChainRpc['offers'] = (...args) => this.rpc.offers(...args)
  logSpan = (): number => this.rpc.logSpan()
  report: ChainRpc['report'] = () => this.rpc.report()
  close = (): void => this.rpc.close()
}

const requestsOf = (rpc: ChainRpc): number => rpc.report().reduce((sum, { requests }) => sum + requests, 0)
