import type { AssetId } from '#core/asset.ts'
import type { Hex, TokenForm } from '../types.ts'

/** A token known without asking anybody. `asset` null: what it is worth is left to the list of platforms. */
export type BundledToken = {
  readonly contract: Hex
  readonly symbol: string
  readonly asset: AssetId | null
  readonly form: TokenForm
}

type Row = readonly [address: string, symbol: string, asset: string | null, form?: TokenForm]
const WRAPPED = 'wrapped-native'
const OP_WETH: Row = ['0x4200000000000000000000000000000000000006', 'WETH', 'weth', WRAPPED]

/**
 * A few tokens of each big chain, with their checksums. Addresses are those that the issuers publish (Circle, Tether,
 * Lido, Rocket Pool, Coinbase, BitGo, Maker, Ampleforth) and, of wrapped coins, those of the chains' documentation;
 * assets are CoinGecko's ids.
 */
const ROWS: Readonly<Record<number, readonly Row[]>> = {
  1: [
    ['0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2', 'WETH', 'weth', WRAPPED],
    ['0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48', 'USDC', 'usd-coin'],
    ['0xdAC17F958D2ee523a2206206994597C13D831ec7', 'USDT', 'tether'],
    ['0x6B175474E89094C44Da98b954EedeAC495271d0F', 'DAI', 'dai'],
    ['0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599', 'WBTC', 'wrapped-bitcoin'],
    ['0xcbB7C0000aB88B473b1f5aFd9ef808440eed33Bf', 'cbBTC', 'coinbase-wrapped-btc'],
    ['0xae7ab96520DE3A18E5e111B5EaAb095312D7fE84', 'stETH', 'staked-ether', 'rebasing'],
    ['0x7f39C581F595B53c5cb19bD0b3f8dA6c935E2Ca0', 'wstETH', 'wrapped-steth'],
    ['0xae78736Cd615f374D3085123A210448E74Fc6393', 'rETH', 'rocket-pool-eth'],
    ['0xBe9895146f7AF43049ca1c1AE358B0541Ea49704', 'cbETH', 'coinbase-wrapped-staked-eth'],
    ['0xD46bA6D942050d489DBd938a2C909A5d5039A161', 'AMPL', 'ampleforth', 'rebasing'],
  ],
  10: [
    OP_WETH,
    ['0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85', 'USDC', 'usd-coin'],
    ['0x94b008aA00579c1307B0EF2c499aD98a8ce58e58', 'USDT', 'tether'],
    ['0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1', 'DAI', 'dai'],
    ['0x68f180fcCe6836688e9084f035309E29Bf0A2095', 'WBTC', 'wrapped-bitcoin'],
    ['0x1F32b1c2345538c0c6f582fCB022739c4A194Ebb', 'wstETH', 'wrapped-steth'],
  ],
  56: [['0xbb4CdB9CBd36B01bD1cBaEBF2De08d9173bc095c', 'WBNB', 'wbnb', WRAPPED]],
  100: [['0xe91D153E0b41518A2Ce8Dd3D7944Fa863463a97d', 'WXDAI', 'wrapped-xdai', WRAPPED]],
  130: [OP_WETH],
  137: [
    ['0x0d500B1d8E8eF31E21C99d1Db9A6444d3ADf1270', 'WPOL', 'wmatic', WRAPPED],
    ['0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359', 'USDC', 'usd-coin'],
    ['0xc2132D05D31c914a87C6611C10748AEb04B58e8F', 'USDT', 'tether'],
    ['0x8f3Cf7ad23Cd3CaDbD9735AFf958023239c6A063', 'DAI', 'dai'],
    ['0x1BFD67037B42Cf73acF2047067bd4F2C47D9BfD6', 'WBTC', 'wrapped-bitcoin'],
    ['0x7ceB23fD6bC0adD59E62ac25578270cFf1b9f619', 'WETH', null],
  ],
  480: [OP_WETH],
  8453: [
    OP_WETH,
    ['0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', 'USDC', 'usd-coin'],
    ['0x50c5725949A6F0c72E6C4a641F24049A917DB0Cb', 'DAI', 'dai'],
    ['0xcbB7C0000aB88B473b1f5aFd9ef808440eed33Bf', 'cbBTC', 'coinbase-wrapped-btc'],
    ['0x2Ae3F1Ec7F1F5012CFEab0185bfc7aa3cf0DEc22', 'cbETH', 'coinbase-wrapped-staked-eth'],
    ['0xc1CBa3fCea344f92D9239c08C0568f6F2F0ee452', 'wstETH', 'wrapped-steth'],
  ],
  34443: [OP_WETH],
  42161: [
    ['0x82aF49447D8a07e3bd95BD0d56f35241523fBab1', 'WETH', 'weth', WRAPPED],
    ['0xaf88d065e77c8cC2239327C5EDb3A432268e5831', 'USDC', 'usd-coin'],
    ['0xFF970A61A04b1cA14834A43f5dE4533eBDDB5CC8', 'USDC.e', 'usd-coin-ethereum-bridged'],
    ['0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9', 'USDT', 'tether'],
    ['0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1', 'DAI', 'dai'],
    ['0x2f2a2543B76A4166549F7aaB2e75Bef0aefC5B0f', 'WBTC', 'wrapped-bitcoin'],
    ['0x5979D7b546E38E414F7E9822514be443A4800529', 'wstETH', 'wrapped-steth'],
  ],
  43114: [
    ['0xB31f66AA3C1e785363F0875A1B74E27b85FD66c7', 'WAVAX', 'wrapped-avax', WRAPPED],
    ['0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E', 'USDC', 'usd-coin'],
    ['0x9702230A8Ea53601f5cD2dc00fDBc13d4dF4A8c7', 'USDT', 'tether'],
  ],
  57073: [OP_WETH],
  59144: [['0xe5D7C2a44FfDDf6b295A15c148167daaAf5Cf34f', 'WETH', 'weth', WRAPPED]],
  534352: [['0x5300000000000000000000000000000000000004', 'WETH', 'weth', WRAPPED]],
}

/**
 * Contracts that show a chain's own coin as a token. Counted beside the coin it would be there twice, so they are kept
 * out: Polygon, zkSync, Celo and Metis say so in their documentation.
 */
const COIN_AS_TOKEN: Readonly<Record<number, readonly string[]>> = {
  137: ['0x0000000000000000000000000000000000001010'],
  324: ['0x000000000000000000000000000000000000800a'],
  1088: ['0xdeaddeaddeaddeaddeaddeaddeaddeaddead0000'],
  42220: ['0x471ece3750da237f93b8e339c536989b8978a438'],
}

/** Tokens of a chain that are known by themselves. */
export function bundledTokens(chainId: number): BundledToken[] {
  return (ROWS[chainId] ?? []).map(([address, symbol, asset, form]) => ({
    contract: address.toLowerCase() as Hex,
    symbol,
    asset: asset as AssetId | null,
    form: form ?? 'plain',
  }))
}

export const showsCoin = (chainId: number, contract: Hex): boolean =>
  (COIN_AS_TOKEN[chainId] ?? []).includes(contract)

/** Symbols that are known on every chain: whoever wears one has to be a token that is known there. */
export const KNOWN_SYMBOLS: readonly string[] = [
  ...new Set(Object.values(ROWS).flatMap((rows) => rows.map(([, symbol]) => symbol))),
]

/** Addresses as they are written above, for their checksums. */
export const bundledAddresses = (): string[] =>
  Object.values(ROWS).flatMap((rows) => rows.map(([address]) => address))
