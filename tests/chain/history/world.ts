/** Random days on a chain, and what the node says that accounts held after each of its blocks. */
import { encodeFunctionData, numberToHex, parseEther, parseUnits, type Hex } from 'viem'
import { balanceReader } from '#ingestion/evm/balances/balances.ts'
import { readPart } from '#ingestion/evm/flows/part.ts'
import { tokenBook } from '#ingestion/evm/tokens/book.ts'
import { tokensInMemory } from '#ingestion/evm/tokens/store.ts'
import type { BalanceReader, ChainRpc, TokenBook, WalletPart, WalletScan } from '#ingestion/evm/types.ts'
import { below, pick, type Random } from '../../support/random.ts'
import { account, call, creation, type Deployed, type Stage, type Tx } from '../support/deploy.ts'
import { openTestChain } from '../support/chain.ts'

export const signal = new AbortController().signal
export const WETH = '0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2'

export type World = {
  readonly stage: Stage
  readonly weth: Deployed
  readonly coins: readonly Deployed[]
  readonly forwarder: Deployed
  readonly vault: Deployed
  readonly failing: Deployed
}

export async function worldOn(stage: Stage): Promise<World> {
  return {
    stage,
    weth: await stage.place('WETH9', [], WETH),
    coins: [
      await stage.deploy('Coin', ['First Coin', 'ONE', 18]),
      await stage.deploy('Coin', ['Second Coin', 'TWO', 6]),
    ],
    forwarder: await stage.deploy('Forwarder'),
    vault: await stage.deploy('Vault'),
    failing: await stage.deploy('AlwaysFails'),
  }
}

// Few amounts, so that equal ones meet in a block and cancel.
const AMOUNTS = [1n, parseEther('0.001'), parseEther('0.001'), parseEther('0.25')] as const

/** One random transaction that concerns one of the wallets, or nobody. It may fail. */
export function randomTx(world: World, wallets: readonly Hex[], random: Random): Tx {
  const { stage, weth, forwarder, vault, failing } = world
  const wallet = pick(random, wallets)
  const other = pick(random, [...wallets, account('stranger')])
  const coin = pick(random, world.coins)
  const amount = pick(random, AMOUNTS)
  const from = pick(random, [wallet, stage.faucet])
  switch (below(random, 14)) {
    case 0:
    case 1:
      return { from: stage.faucet, to: wallet, value: amount }
    case 2:
    case 3:
      return { from: wallet, to: other, value: amount }
    case 4:
      return call(forwarder, 'forward', [wallet], from, amount)
    case 5:
      return call(forwarder, 'split', [[...wallets, other]], from, amount)
    case 6:
      return call(coin, 'mint', [wallet, amount], stage.faucet)
    case 7:
      return call(coin, 'transfer', [other, amount], wallet)
    case 8:
      return call(weth, 'deposit', [], wallet, amount)
    case 9:
      return call(weth, 'withdraw', [amount], wallet)
    case 10:
      return call(vault, 'depositEther', [], wallet, amount)
    case 11:
      return call(vault, 'withdrawEther', [amount], wallet)
    case 12:
      return { from: stage.faucet, data: creation('Gift', [wallet]), value: amount }
    default:
      return { from: wallet, to: failing.address, value: amount }
  }
}

/** Blocks with up to six transactions each, and empty ones in between. */
export async function randomDays(
  world: World,
  wallets: readonly Hex[],
  blocks: number,
  random: Random,
): Promise<void> {
  for (let at = 0; at < blocks; at++) {
    if (below(random, 3) === 0) await world.stage.node.rpc('anvil_mine', [numberToHex(1 + below(random, 40))])
    const count = below(random, 7)
    await world.stage.block(Array.from({ length: count }, () => randomTx(world, wallets, random)))
  }
}

export type Readers = { readonly rpc: ChainRpc; readonly tokens: TokenBook; readonly balances: BalanceReader }

export function readersOf(stage: Stage, url = stage.node.url): Readers {
  const rpc = openTestChain(stage.node.chainId, [url])
  const tokens = tokenBook({ rpc, listed: [], store: tokensInMemory(), now: () => Date.UTC(2026, 0, 1) })
  return { rpc, tokens, balances: balanceReader(rpc) }
}

/** A reading that begins after a block. */
export async function scanAfter({ rpc }: Readers, wallet: Hex, block: number): Promise<WalletScan> {
  const { time } = await rpc.block(block, signal)
  const until = { number: block, time }
  return { wallet, chain: rpc.chain.name, first: block + 1, until, expected: {}, checked: block }
}

/** The parts of a reading up to each of the blocks in turn, the last of them a checkpoint; by wallet. */
export async function readThrough(
  readers: Readers,
  scans: readonly WalletScan[],
  blocks: readonly number[],
): Promise<WalletPart[][]> {
  const { rpc, tokens, balances } = readers
  const own = new Set<string>(scans.map(({ wallet }) => wallet))
  const all: WalletPart[][] = scans.map(() => [])
  let group = scans
  for (const [at, block] of blocks.entries()) {
    const options = {
      owner: 'local',
      checkpoint: at === blocks.length - 1,
      isOwn: (one: Hex) => own.has(one),
    }
    const until = await rpc.block(block, signal)
    const parts = await readPart(rpc, balances, tokens, group, until, options, signal)
    parts.forEach((part, index) => all[index]?.push(part))
    group = parts.map(({ next }) => next)
  }
  return all
}

/** Balances of one wallet in base units after each block of [from, to], as the node says: its coin, then the tokens. */
export async function heldAt(
  { stage }: World,
  wallet: Hex,
  coins: readonly Deployed[],
  from: number,
  to: number,
): Promise<bigint[][]> {
  const held: bigint[][] = []
  for (let block = from; block <= to; block++) {
    const tag = numberToHex(block)
    const answers = coins.map(({ address, abi }) => {
      const data = encodeFunctionData({ abi, functionName: 'balanceOf', args: [wallet] })
      return stage.node.rpc<Hex>('eth_call', [{ to: address, data }, tag])
    })
    held.push([await stage.ether(wallet, block), ...(await Promise.all(answers)).map(BigInt)])
  }
  return held
}

/** The same by the flows alone. */
export async function flowedAt(
  readers: Readers,
  parts: readonly WalletPart[],
  coins: readonly Deployed[],
  from: number,
  to: number,
): Promise<bigint[][]> {
  const known = await readers.tokens.of(
    coins.map(({ address }) => address.toLowerCase() as Hex),
    signal,
  )
  const tokens = [readers.tokens.native, ...known.values()]
  const flows = parts.flatMap((part) => [...part.flows, ...part.aside])
  const wallet = parts[0]?.scan.wallet
  const sums: bigint[][] = []
  for (let block = from; block <= to; block++) {
    const { time } = await readers.rpc.block(block, signal)
    sums.push(
      tokens.map(({ asset, decimals }) =>
        flows
          .filter((flow) => flow.wallet === wallet && flow.asset === asset && flow.time <= time)
          .reduce((sum, { quantity }) => sum + parseUnits(quantity, decimals ?? 0), 0n),
      ),
    )
  }
  return sums
}
