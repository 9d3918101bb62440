/** A chain on which wallets live at random, and what the program makes of it. */
import { expect, onTestFinished } from 'vitest'
import { numberToHex, parseEther, type Hex } from 'viem'
import type { Token } from '#core/coin.ts'
import { Decimal, formatDecimal } from '#core/decimal.ts'
import { asideBook, walletBook } from '#core/portfolio.ts'
import { balanceReader } from '#ingestion/evm/balances/balances.ts'
import { tokenBook } from '#ingestion/evm/tokens/book.ts'
import { tokensInMemory } from '#ingestion/evm/tokens/store.ts'
import { walkChain, type Walk, type Walked } from '#pipeline/chain/walk.ts'
import type { ChainHistory, Store } from '#pipeline/ports.ts'
import { chainHistory } from '#scripts/wiring/chain-history.ts'
import { below, pick, type Random } from '#tests/support/random.ts'
import { startAnvil, installMulticall3 } from '../support/anvil.ts'
import { openTestChain } from '../support/chain.ts'
import { account, call, Stage, type Deployed, type Tx } from '../support/deploy.ts'

/** Where ethereum has it, so that it is known. */
const USDC = '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48'
const START = Date.UTC(2025, 10, 20)
const DAY = 86_400_000
export const OWNER = 'local'
export const WALLETS: readonly Hex[] = ['ann', 'bob', 'cy'].map(account)
const STRANGERS: readonly Hex[] = ['dan', 'eve'].map(account)

export type Stand = { readonly stage: Stage; readonly coin: Deployed; time: number }

/** A chain with Multicall3 and a coin, on which nobody has done anything; it is gone with the test. */
export async function newStand(chainId = 1): Promise<Stand> {
  const node = await startAnvil({
    chainId,
    args: ['--timestamp', String(START / 1000), '--order', 'fifo', '--gas-limit', '1000000000'],
  })
  onTestFinished(node.stop)
  const stage = await Stage.on(node)
  await installMulticall3(node)
  const coin = await stage.place('Coin', ['USD Coin', 'USDC', 6], USDC)
  return { stage, coin, time: START + DAY }
}

/** Blocks in which wallets and strangers send each other ether and coins; some days apart, so that months end between. */
export async function live(stand: Stand, random: Random, blocks: number): Promise<void> {
  for (let n = 0; n < blocks; n++) {
    stand.time += random() < 0.15 ? (1 + below(random, 6)) * DAY : 12_000
    await stand.stage.block(someTxs(stand, random), stand.time)
  }
}

/** Blocks with nothing in them, so that what is before becomes final. */
export async function settle(stand: Stand, blocks = 70): Promise<void> {
  await stand.stage.node.rpc('anvil_mine', [numberToHex(blocks), '0xc'])
  stand.time = await headTime(stand)
}

/** Puts other blocks in the place of the last ones, with other transactions in the first of them. */
export async function reorganise(stand: Stand, random: Random, depth: number): Promise<void> {
  const txs = someTxs(stand, random).map((tx) => [
    { ...tx, value: numberToHex(tx.value ?? 0n), gas: '0x7a120', gasPrice: '0x77359400' },
    0,
  ])
  await stand.stage.node.rpc('anvil_reorg', [depth, txs])
}

function someTxs({ stage, coin }: Stand, random: Random): Tx[] {
  return Array.from({ length: 1 + below(random, 3) }, () => {
    const to = pick(random, [...WALLETS, ...WALLETS, ...STRANGERS])
    const from = pick(random, WALLETS)
    const amount = BigInt(1 + below(random, 1e6))
    const kind = random()
    if (kind < 0.3) return { from: stage.faucet, to, value: parseEther('1') + amount }
    if (kind < 0.5) return call(coin, 'mint', [to, amount * 1000n], stage.faucet)
    // With too little of it these fail, and cost their gas if there was any.
    if (kind < 0.75) return call(coin, 'transfer', [to, amount], stage.faucet)
    return { from: stage.faucet, to: from, value: amount }
  })
}

async function headTime({ stage }: Stand): Promise<number> {
  const { timestamp } = await stage.node.rpc<{ timestamp: Hex }>('eth_getBlockByNumber', ['latest', false])
  return Number(timestamp) * 1000
}

/** The chain as the job reads it. @param url of the node, or of what stands before it */
export function historyAt(
  { stage }: Stand,
  url = stage.node.url,
  listed: readonly Token[] = [],
): ChainHistory {
  const rpc = openTestChain(stage.node.chainId, [url])
  const tokens = tokenBook({ rpc, listed, store: tokensInMemory(), now: Date.now })
  onTestFinished(() => rpc.close())
  return chainHistory({ rpc, tokens, balances: balanceReader(rpc) })
}

/** Reads the wallets of a chain into a store. */
export async function walk(
  store: Store,
  history: ChainHistory,
  more: Partial<Walk> = {},
  wallets: readonly Hex[] = WALLETS,
): Promise<Walked & { readonly faults: readonly string[] }> {
  const faults: string[] = []
  const { signal } = new AbortController()
  const nothing = () => undefined
  const walked = await walkChain(wallets, history, {
    ...{ store, owner: OWNER, now: () => 1, isOwn: (address: string) => wallets.includes(address as Hex) },
    ...{ first: null, tally: { addFlows: nothing, addBalances: nothing }, stop: signal, signal },
    onFault: (fault) => faults.push(fault),
    ...more,
  })
  return { ...walked, faults }
}

/** The flows of each wallet add up to what the node says that it holds. */
export async function expectAddsUp({ stage, coin }: Stand, store: Store, wallets = WALLETS): Promise<void> {
  for (const wallet of wallets) {
    const flows = await store.flows({ owner: OWNER, books: [walletBook(wallet), asideBook(wallet)] })
    const sum = (asset: string) =>
      formatDecimal(
        flows
          .filter((flow) => flow.asset === asset && flow.wallet === wallet)
          .reduce((total, { quantity }) => total.plus(quantity), new Decimal(0)),
      )
    const held = await stage.read<bigint>(coin, 'balanceOf', [wallet])
    expect([sum('usd-coin'), sum('ethereum')], wallet).toEqual([
      inUnits(held, 6),
      inUnits(await stage.ether(wallet), 18),
    ])
  }
}

const inUnits = (amount: bigint, decimals: number): string =>
  formatDecimal(new Decimal(String(amount)).div(new Decimal(10).pow(decimals)))
