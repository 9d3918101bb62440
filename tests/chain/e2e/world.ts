/** Three chains with twenty wallets, a price server, and the built program beside them. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { numberToHex, parseEther, type Hex } from 'viem'
import { HOUR_MS, type Hour } from '#core/hour.ts'
import type { Market } from '#scripts/simulator/market.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { startAnvil, installMulticall3, type Anvil } from '../support/anvil.ts'
import { account, call, Stage, type Deployed, type Mined, type Tx } from '../support/deploy.ts'

export const FROM = Date.UTC(2026, 0, 28) as Hour
export const TO = (FROM + 8 * 24 * HOUR_MS) as Hour
export const WALLETS: readonly Hex[] = Array.from({ length: 20 }, (_, n) => account(`wallet ${n}`))
export const CHAINS = { ethereum: 1, optimism: 10, base: 8453 } as const
export type ChainName = keyof typeof CHAINS
/** Where ethereum has it, so that it is known. */
const USDC = '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48'
export const STRANGER = account('stranger')

/** Dollars, by the hour: easy to calculate with, and never the same twice. */
export const priceAt = (id: string, time: number): number =>
  id === 'usd-coin' ? 1 : 2_000 + Math.floor((time - FROM) / HOUR_MS)

export const MARKET: Market = {
  coins: [
    coin('ethereum', 'eth', 'Ethereum', {}, 18),
    coin('usd-coin', 'usdc', 'USDC', { ethereum: USDC }, 6),
  ],
  points(id, from, to) {
    const points: [number, number][] = []
    for (let hour = Math.ceil(from / HOUR_MS) * HOUR_MS; hour <= to; hour += HOUR_MS)
      points.push([hour, priceAt(id, hour)])
    return points
  },
  priceAt,
  rate: (quote) => (quote === 'usd' ? 1 : null),
  wallets: [],
}

function coin(id: string, symbol: string, name: string, platforms: Record<string, string>, decimals: number) {
  return { id, symbol, name, supply: 1e6, platforms, decimals }
}

export type World = {
  readonly stages: Readonly<Record<ChainName, Stage>>
  readonly coin: Deployed
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

/** Chains that begin before `FROM`, on which nobody has done anything. */
export async function newWorld(): Promise<World> {
  const begin = async (chainId: number): Promise<Stage> => {
    const args = ['--timestamp', String(FROM / 1000 - 3600), '--order', 'fifo', '--gas-limit', '1000000000']
    const node = await startAnvil({ chainId, args })
    onTestFinished(node.stop)
    await installMulticall3(node)
    return Stage.on(node)
  }
  const stages = {
    ethereum: await begin(CHAINS.ethereum),
    optimism: await begin(CHAINS.optimism),
    base: await begin(CHAINS.base),
  }
  const usdc = await stages.ethereum.place('Coin', ['USD Coin', 'USDC', 6], USDC)
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'portfolio.yaml'), portfolio())
  const urls = Object.entries(stages).map(([name, { node }]) => [
    `RPC_URL_${CHAINS[name as ChainName]}`,
    node.url,
  ])
  const env = { ...(Object.fromEntries(urls) as Record<string, string>), RPC_RATE: '1000', PUBLIC_RPC: 'off' }
  return { stages, coin: usdc, env, cwd }
}

const portfolio = (): string =>
  [
    'name: main',
    'baseCurrency: usd',
    'wallets:',
    ...WALLETS.map((address) => `  - { address: "${address}", chains: [${Object.keys(CHAINS).join(', ')}] }`),
    '',
  ].join('\n')

/** Everything that is done on the chains, at times that are not on the hour. */
export type Deeds = { readonly sent: Mined; readonly paidBack: readonly Mined[] }

/**
 * Each wallet gets n + 1 ether on every chain on the first day and (n + 1) × 100 USDC on ethereum on the second. On the
 * fourth wallet 2 sends 0.25 ether to wallet 3, and on the sixth each of the first five sends 0.5 ether to a stranger,
 * on ethereum. Then come enough blocks for all of it to be final.
 */
export async function live({ stages, coin: usdc }: World): Promise<Deeds> {
  const day = (n: number) => FROM + n * 24 * HOUR_MS + 20 * 60_000
  const ether = (stage: Stage): Tx[] =>
    WALLETS.map((to, n) => ({ from: stage.faucet, to, value: parseEther(String(n + 1)) }))
  for (const stage of Object.values(stages)) await stage.block(ether(stage), day(1))
  const { ethereum } = stages
  await ethereum.block(
    WALLETS.map((to, n) => call(usdc, 'mint', [to, BigInt(n + 1) * 100_000_000n], ethereum.faucet)),
    day(2),
  )
  const [from, to] = [WALLETS[2] as Hex, WALLETS[3] as Hex]
  const [sent] = await ethereum.block([{ from, to, value: parseEther('0.25') }], day(4))
  const back = WALLETS.slice(0, 5).map((from) => ({ from, to: STRANGER, value: parseEther('0.5') }))
  const paidBack = await ethereum.block(back, day(6))
  for (const { node } of Object.values(stages)) await settle(node)
  return { sent: sent as Mined, paidBack }
}

export const settle = (node: Anvil, blocks = 80): Promise<unknown> =>
  node.rpc('anvil_mine', [numberToHex(blocks), '0xc'])
