import { createPublicClient, getAbiItem, http, toHex } from 'viem'
import type { AssetId } from '#core/asset.ts'
import { HOUR_MS } from '#core/hour.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { DEFAULT_SETTINGS } from '#pnl/settings.ts'
import { balanceReader } from '#ingestion/evm/balances/balances.ts'
import { tokenBook } from '#ingestion/evm/tokens/book.ts'
import { tokensInMemory } from '#ingestion/evm/tokens/store.ts'
import { chainHistory } from '#scripts/wiring/chain-history.ts'
import { openStore } from '#storage/open.ts'
import { timed, type Bench, type Ratio } from '#tests/bench/measure.ts'
import { inFolder } from '#tests/bench/years.ts'
import { installMulticall3, startAnvil } from '#tests/chain/support/anvil.ts'
import { openTestChain } from '#tests/chain/support/chain.ts'
import { account, call, Stage, type Deployed } from '#tests/chain/support/deploy.ts'
import { runOf, START } from '#tests/storage/support/values.ts'
import { openSession } from '../queries/pnl.ts'
import { walkChain } from './walk.ts'

const USDC = '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48'
const WALLET = account('busy')
const BLOCKS = 500
const PER_BLOCK = 100
const HOURS = 365 * 24
const FROM = START - HOURS * HOUR_MS

/** A year of one wallet: a hundred transfers of a coin in each of five hundred blocks, at equal distances. */
async function plant(stage: Stage): Promise<Deployed> {
  const coin = await stage.place('Coin', ['USD Coin', 'USDC', 6], USDC)
  for (let n = 0; n < BLOCKS; n++) {
    const time = FROM + Math.floor(((n + 1) * HOURS * HOUR_MS) / (BLOCKS + 2))
    await stage.block([call(coin, 'spray', [WALLET, BigInt(PER_BLOCK)], stage.faucet)], time)
  }
  await stage.node.rpc('anvil_mine', [toHex(70), '0xc'])
  return coin
}

/** What has to be fetched and decoded in any case: the logs themselves, by viem alone. */
async function bareLogs(url: string, { abi }: Deployed): Promise<number> {
  const client = createPublicClient({ transport: http(url) })
  const event = getAbiItem({ abi, name: 'Transfer' }) as never
  const logs = await client.getLogs({
    event,
    args: { to: WALLET } as never,
    fromBlock: 0n,
    toBlock: 'latest',
  })
  return logs.length
}

async function run(): Promise<readonly Ratio[]> {
  const args = ['--timestamp', String(FROM / 1000 - 3600), '--order', 'fifo', '--gas-limit', '1000000000']
  const node = await startAnvil({ chainId: 1, args })
  try {
    await installMulticall3(node)
    const coin = await plant(await Stage.on(node))
    return await inFolder((folder) => measure(node.url, coin, `${folder}/tidemark.db`))
  } finally {
    await node.stop()
  }
}

async function measure(url: string, coin: Deployed, file: string): Promise<readonly Ratio[]> {
  const store = await openStore({ kind: 'embedded', file, create: true })
  const rpc = openTestChain(1, [url])
  try {
    for (const asset of ['usd-coin', 'ethereum'] as AssetId[]) {
      const prices = Array.from({ length: HOURS + 1 }, (_, n) => 1 + (n % 7) / 1000)
      await store.writePrices([{ run: runOf(prices, -HOURS, { asset }), suspects: [], gaps: [] }])
    }
    const tokens = tokenBook({ rpc, listed: [], store: tokensInMemory(), now: Date.now })
    const history = chainHistory({ rpc, tokens, balances: balanceReader(rpc) })
    const { signal } = new AbortController()
    const nothing = () => undefined
    const walk = {
      ...{ store, owner: 'local', now: Date.now, isOwn: () => false, first: null, stop: signal, signal },
      ...{ tally: { addFlows: nothing, addBalances: nothing }, onFault: nothing },
    }
    const bareMs = await timed(() => bareLogs(url, coin))
    const walkMs = await timed(() => walkChain([WALLET], history, walk))
    const { requests, logs } = history.usage()
    const portfolio = portfolioOf()
    const session = { portfolio, quote: portfolio.baseCurrency, now: START }
    const pnlMs = await timed(() => openSession(session, store, DEFAULT_SETTINGS))
    const peak = Math.round(process.resourceUsage().maxRSS / 1024)
    const notes = [
      `${logs} logs by ${requests} requests; hourly PnL of the year ${Math.round(pnlMs)} ms; ${peak} MB at most, the test's own node apart`,
    ]
    return [
      {
        name: `${BLOCKS * PER_BLOCK} transfers from the chain to flows in a store`,
        against: 'viem fetching and decoding the same logs, and no more',
        limit: null,
        ratio: walkMs / bareMs,
        ...{ oursMs: walkMs, referenceMs: bareMs, notes },
      },
    ]
  } finally {
    rpc.close()
    await store.close()
  }
}

const portfolioOf = (): Portfolio => ({
  owner: 'local',
  name: 'main',
  baseCurrency: 'usd' as Portfolio['baseCurrency'],
  wallets: [{ address: WALLET, label: null, chains: ['ethereum'] }],
  holdings: [],
  flowsFile: null,
})

export const benches: readonly Bench[] = [{ name: 'a wallet from its chain to hourly PnL', run }]
