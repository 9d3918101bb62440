import { onTestFinished } from 'vitest'
import { parseUnits } from 'viem'
import { installMulticall3, startAnvil } from '../support/anvil.ts'
import { Stage, type Deployed, type Mined } from '../support/deploy.ts'

/** Where ethereum has them, so that they are known. */
const WETH = '0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2'
const USDC = '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48'

export type Opened = { readonly stage: Stage; readonly weth: Deployed; readonly usdc: Deployed }

/** A fresh chain that calls itself ethereum, with Multicall3, WETH and USDC in their places; gone after the test. */
export async function opened(): Promise<Opened> {
  const scene = await startOpened()
  onTestFinished(scene.stage.node.stop)
  return scene
}

/** The same for several tests, which have to end its node. Its blocks are 12 seconds apart and may be large. */
export async function startOpened(): Promise<Opened> {
  const args = ['--timestamp', '1700000000', '--gas-limit', '100000000', '--order', 'fifo']
  const node = await startAnvil({ chainId: 1, args })
  await node.rpc('anvil_setBlockTimestampInterval', [12])
  const stage = await Stage.on(node)
  await installMulticall3(node)
  const weth = await stage.place('WETH9', [], WETH)
  const usdc = await stage.place('Coin', ['USD Coin', 'USDC', 6], USDC)
  return { stage, weth, usdc }
}

/** What a transaction's gas cost, as the quantity of a flow. */
export const paid = (...mined: readonly Mined[]): bigint => -mined.reduce((sum, { gas }) => sum + gas, 0n)

/** A decimal text in base units. */
export const units = (text: string, decimals = 18): bigint => parseUnits(text, decimals)
