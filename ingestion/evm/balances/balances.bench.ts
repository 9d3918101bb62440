import { setMaxListeners } from 'node:events'
import { createPublicClient, erc20Abi, http } from 'viem'
import { compare, type Bench, type Ratio } from '#tests/bench/measure.ts'
import { CODES, numbered } from '#tests/chain/reads/codes.ts'
import { installMulticall3, MULTICALL3, startAnvil, type Anvil } from '#tests/chain/support/anvil.ts'
import { evmChain } from '../chains/chains.ts'
import { openChain } from '../rpc/open.ts'
import { traitsInMemory } from '../rpc/traits.ts'
import type { ChainRpc, EvmChain, Hex } from '../types.ts'
import { balanceReader } from './balances.ts'

const NEVER = new AbortController().signal
setMaxListeners(100, NEVER)
const TOKENS = Array.from({ length: 500 }, (_, at) => numbered(at))
const WALLETS = Array.from({ length: 20 }, (_, at) => numbered(at + 1, 'aa'))

async function nodeWith(chainId: number): Promise<{ node: Anvil; chain: EvmChain; rpc: ChainRpc }> {
  const node = await startAnvil({ chainId })
  await installMulticall3(node)
  await Promise.all(TOKENS.map((token) => node.rpc('anvil_setCode', [token, CODES.holds(BigInt(token))])))
  await node.rpc('evm_mine')
  const chain: EvmChain = {
    ...evmChain(String(chainId)),
    multicall: { address: MULTICALL3, block: 0 },
  }
  const rpc = openChain(chain, { urls: [node.url], rate: 1_000, traits: traitsInMemory(), http: {} })
  return { node, chain, rpc }
}

/** viem alone: one aggregate call at the newest block, decoded. */
async function bare(url: string, wallets: readonly Hex[], tokens: readonly Hex[]): Promise<bigint> {
  const client = createPublicClient({ transport: http(url) })
  const answers = await client.multicall({
    contracts: wallets.flatMap((wallet) =>
      tokens.map(
        (address) => ({ address, abi: erc20Abi, functionName: 'balanceOf', args: [wallet] }) as const,
      ),
    ),
    ...{ multicallAddress: MULTICALL3, batchSize: 0 },
  })
  return answers.reduce((sum, { result }) => sum + (result ?? 0n), 0n)
}

async function ours(rpc: ChainRpc, wallets: readonly Hex[], tokens: readonly Hex[]): Promise<bigint> {
  const block = await rpc.block('latest', NEVER)
  const asked = wallets.map((wallet) => ({ wallet, tokens }))
  const { balances } = await balanceReader(rpc).at(block, asked, NEVER)
  return balances.reduce(
    (sum, { contract, amount }) => sum + (contract === 'native' ? 0n : (amount ?? 0n)),
    0n,
  )
}

async function oneWallet(): Promise<Ratio[]> {
  const { node, rpc } = await nodeWith(1)
  try {
    const [wallet] = WALLETS as [Hex]
    const expected = await bare(node.url, [wallet], TOKENS)
    const mine = async () => {
      if ((await ours(rpc, [wallet], TOKENS)) !== expected) throw new Error('the balances differ')
    }
    await mine()
    const requests = await requestsFor([rpc], mine)
    const words = { name: 'one wallet, 500 tokens', against: 'one bare multicall of viem', limit: 1.3 }
    const notes = [`${requests} requests each: the block, and all balances with the coin`]
    return [await compare({ ...words, notes }, mine, () => bare(node.url, [wallet], TOKENS), { pairs: 15 })]
  } finally {
    rpc.close()
    await node.stop()
  }
}

/** 20 wallets with 200 tokens each on three chains, side by side. */
async function manyWallets(): Promise<Ratio[]> {
  const nodes = await Promise.all([nodeWith(1), nodeWith(10), nodeWith(8453)])
  const rpcs = nodes.map(({ rpc }) => rpc)
  try {
    const tokens = TOKENS.slice(0, 200)
    const mine = () => Promise.all(rpcs.map((rpc) => ours(rpc, WALLETS, tokens)))
    const walletByWallet = async ({ node }: { node: Anvil }) => {
      for (const wallet of WALLETS) await bare(node.url, [wallet], tokens)
    }
    await mine()
    const requests = await requestsFor(rpcs, mine)
    const words = {
      name: '20 wallets, 3 chains, 200 tokens',
      against: 'viem, one multicall a wallet',
      limit: null,
    }
    const notes = [
      `${requests} requests for 12,060 balances; 120 wallet by wallet, for the 12,000 tokens alone`,
    ]
    const reference = () => Promise.all(nodes.map(walletByWallet))
    return [await compare({ ...words, notes }, mine, reference, { pairs: 5, warmups: 1 })]
  } finally {
    for (const rpc of rpcs) rpc.close()
    for (const { node } of nodes) await node.stop()
  }
}

/** What one more turn costs in requests, the endpoint being known. */
async function requestsFor(rpcs: readonly ChainRpc[], turn: () => Promise<unknown>): Promise<number> {
  const sent = () => rpcs.flatMap((rpc) => rpc.report()).reduce((sum, { requests }) => sum + requests, 0)
  const before = sent()
  await turn()
  return sent() - before
}

export const benches: readonly Bench[] = [
  { name: 'chain: a snapshot of one wallet', run: oneWallet },
  { name: 'chain: a snapshot of many wallets', run: manyWallets },
]
