import type { Hex } from 'viem'
import { contract } from './contracts.ts'
import { call, type Deployed, type Stage } from '../support/deploy.ts'

const FOREVER = 10n ** 12n
const PLENTY = 2n ** 255n

export type V2Market = { readonly router: Deployed; readonly pair: Deployed }

/** A Uniswap v2 pool of ether and a token, filled by the faucet. */
export async function v2Market(
  stage: Stage,
  weth: Deployed,
  token: Deployed,
  { ether, amount }: { ether: bigint; amount: bigint },
): Promise<V2Market> {
  const { faucet } = stage
  const factory = await stage.deploy('UniswapV2Factory', [faucet])
  const router = await stage.deploy('UniswapV2Router02', [factory.address, weth.address])
  await stage.send(call(token, 'mint', [faucet, amount], faucet))
  await stage.send(call(token, 'approve', [router.address, PLENTY], faucet))
  const add = [token.address, amount, 0n, 0n, faucet, FOREVER]
  await stage.send(call(router, 'addLiquidityETH', add, faucet, ether))
  const address = await stage.read<Hex>(factory, 'getPair', [weth.address, token.address])
  return { router, pair: { address: lower(address), abi: contract('UniswapV2Pair').abi } }
}

export type V3Market = { readonly router: Deployed; readonly positions: Deployed; readonly pool: Hex }

/** A Uniswap v3 pool of WETH and a token at a price of 1, fee 0.3 %, filled by the faucet over all prices. */
export async function v3Market(
  stage: Stage,
  weth: Deployed,
  token: Deployed,
  amount: bigint,
): Promise<V3Market> {
  const { faucet } = stage
  const factory = await stage.deploy('UniswapV3Factory')
  const router = await stage.deploy('UniswapV3Router', [factory.address, weth.address])
  const nowhere = '0x0000000000000000000000000000000000000000'
  const positions = await stage.deploy('UniswapV3Positions', [factory.address, weth.address, nowhere])
  await stage.send(call(weth, 'deposit', [], faucet, amount))
  await stage.send(call(token, 'mint', [faucet, amount], faucet))
  for (const each of [weth, token])
    await stage.send(call(each, 'approve', [positions.address, PLENTY], faucet))
  const [token0, token1] = sorted(weth, token)
  const open = [token0, token1, 3000, 2n ** 96n]
  await stage.send(call(positions, 'createAndInitializePoolIfNecessary', open, faucet))
  await stage.send(call(positions, 'mint', [position(token0, token1, amount, faucet)], faucet))
  const pool = await stage.read<Hex>(factory, 'getPool', [token0, token1, 3000])
  return { router, positions, pool: lower(pool) }
}

/** What `mint` of the position manager takes: an equal amount of both, over all prices. */
export function position(token0: Hex, token1: Hex, amount: bigint, recipient: Hex) {
  return {
    ...{ token0, token1, fee: 3000, tickLower: -887220, tickUpper: 887220 },
    ...{ amount0Desired: amount, amount1Desired: amount, amount0Min: 0n, amount1Min: 0n },
    ...{ recipient, deadline: FOREVER },
  }
}

export function sorted(a: Deployed, b: Deployed): readonly [Hex, Hex] {
  return BigInt(a.address) < BigInt(b.address) ? [a.address, b.address] : [b.address, a.address]
}

/** What a v2 pool gives for an amount, in base units, its fee of 0.3 % taken: k does not fall. */
export function v2Out(given: bigint, reserveIn: bigint, reserveOut: bigint): bigint {
  const after = given * 997n
  return (after * reserveOut) / (reserveIn * 1000n + after)
}

export const deadline = FOREVER
const lower = (address: Hex): Hex => address.toLowerCase() as Hex
export { PLENTY }
