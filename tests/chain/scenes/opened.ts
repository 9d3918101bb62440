import { onTestFinished } from 'vitest'
import { parseUnits } from 'viem'
import { startAnvil } from '../support/anvil.ts'
import { Stage, type Deployed, type Mined } from '../support/deploy.ts'
import { installMulticall3 } from '../support/anvil.ts'

/** Where ethereum has them, so that they are known. */
const WETH = '0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2'
const USDC = '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48'

export type Opened = { readonly stage: Stage; readonly weth: Deployed; readonly usdc: Deployed }

/** A fresh chain that calls itself ethereum, with Multicall3, WETH and USDC in their places. */
export async function opened(): Promise<Opened> {
  const stage = await emptyStage(1)
  await installMulticall3(stage.node)
  const weth = await stage.place('WETH9', [], WETH)
  const usdc = await stage.place('Coin', ['USD Coin', 'USDC', 6], USDC)
  return { stage, weth, usdc }
}

/** A fresh chain with nothing on it, gone after the test. Its blocks are 12 seconds apart and may be large. */
export async function emptyStage(chainId: number): Promise<Stage> {
  const node = await startAnvil({
    chainId,
    args: ['--timestamp', '1700000000', '--gas-limit', '1000000000', '--order', 'fifo'],
  })
  onTestFinished(node.stop)
  await node.rpc('anvil_setBlockTimestampInterval', [12])
  return await Stage.on(node)
}

/** What a transaction's gas cost, as the quantity of a flow. */
export const paid = (...mined: readonly Mined[]): bigint => -mined.reduce((sum, { gas }) => sum + gas, 0n)

/** A decimal text in base units. */
export const units = (text: string, decimals = 18): bigint => parseUnits(text, decimals)
