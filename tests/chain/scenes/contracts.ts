/** Contracts that scenes deploy: real ones from their packages, and small ones of our own, compiled when first asked for. */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Abi, Hex } from 'viem'

export type Compiled = { readonly abi: Abi; readonly bytecode: Hex }

const require = createRequire(import.meta.url)
const folder = join(import.meta.dirname, 'contracts')

type Artifact = { readonly abi: Abi; readonly bytecode: string }

/** Each contract of a package. */
const PACKAGED = {
  WETH9: () => require('@uniswap/v2-periphery/build/WETH9.json') as Artifact,
  UniswapV2Factory: () => require('@uniswap/v2-core/build/UniswapV2Factory.json') as Artifact,
  UniswapV2Pair: () => require('@uniswap/v2-core/build/UniswapV2Pair.json') as Artifact,
  UniswapV2Router02: () => require('@uniswap/v2-periphery/build/UniswapV2Router02.json') as Artifact,
  UniswapV3Factory: () =>
    require('@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json') as Artifact,
  UniswapV3Pool: () =>
    require('@uniswap/v3-core/artifacts/contracts/UniswapV3Pool.sol/UniswapV3Pool.json') as Artifact,
  UniswapV3Router: () =>
    require('@uniswap/v3-periphery/artifacts/contracts/SwapRouter.sol/SwapRouter.json') as Artifact,
  UniswapV3Positions: () =>
    require('@uniswap/v3-periphery/artifacts/contracts/NonfungiblePositionManager.sol/NonfungiblePositionManager.json') as Artifact,
} satisfies Record<string, () => Artifact>

/** Contracts of `contracts/*.sol`. */
export type OwnContract =
  | 'Coin'
  | 'FeeCoin'
  | 'SilentFeeCoin'
  | 'RebasingCoin'
  | 'StockCoin'
  | 'Savings'
  | 'Picture'
  | 'PictureShop'
  | 'Items'
  | 'Bytes32Symbol'
  | 'NoDecimals'
  | 'BalanceReverts'
  | 'BurnsGas'
  | 'AnswersBytes'
  | 'ContractWallet'
  | 'Forwarder'
  | 'PassThrough'
  | 'Shop'
  | 'Gift'
  | 'AlwaysFails'
  | 'Vault'
  | 'Migrator'
  | 'Liar'
export type ContractName = OwnContract | keyof typeof PACKAGED

const known = new Map<ContractName, Compiled>()

/** ABI and creation code of a contract. @throws when ours do not compile, with the compiler's words */
export function contract(name: ContractName): Compiled {
  const found = known.get(name) ?? (name in PACKAGED ? packaged(name as keyof typeof PACKAGED) : own(name))
  known.set(name, found)
  return found
}

function packaged(name: keyof typeof PACKAGED): Compiled {
  const { abi, bytecode } = PACKAGED[name]()
  return { abi, bytecode: (bytecode.startsWith('0x') ? bytecode : `0x${bytecode}`) as Hex }
}

let ours: Readonly<Record<string, Compiled>> | null = null

function own(name: string): Compiled {
  ours ??= compiled()
  const found = ours[name]
  if (found === undefined) throw new Error(`contracts/*.sol holds no contract ${name}`)
  return found
}

/** All of ours in one go, kept in the system's folder for temporary files until a source or the compiler changes. */
function compiled(): Record<string, Compiled> {
  const sources = Object.fromEntries(
    readdirSync(folder)
      .filter((file) => file.endsWith('.sol'))
      .sort()
      .map((file) => [file, { content: readFileSync(join(folder, file), 'utf8') }]),
  )
  type Manifest = { readonly version: string }
  const compiler = require('solc/package.json') as Manifest
  const library = require('@openzeppelin/contracts/package.json') as Manifest
  const key = createHash('sha256')
    .update(JSON.stringify([compiler.version, library.version, SETTINGS, sources]))
    .digest('hex')
  const cache = join(tmpdir(), 'tidemark-solc')
  const file = join(cache, `${key}.json`)
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, Compiled>
  } catch {
    const result = compile(sources)
    mkdirSync(cache, { recursive: true })
    // Several test files may compile at once; each sees a whole file or none.
    const partial = `${file}.${process.pid}`
    writeFileSync(partial, JSON.stringify(result))
    renameSync(partial, file)
    return result
  }
}

const SETTINGS = {
  optimizer: { enabled: true, runs: 1 },
  evmVersion: 'paris',
  outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
}

type Output = {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly contracts?: Record<string, Record<string, { abi: Abi; evm: { bytecode: { object: string } } }>>
}

function compile(sources: Record<string, { content: string }>): Record<string, Compiled> {
  type Solc = { compile(input: string, options: { import: (path: string) => object }): string }
  const solc = require('solc') as Solc
  const imported = (path: string) => ({ contents: readFileSync(require.resolve(path), 'utf8') })
  const input = { language: 'Solidity', sources, settings: SETTINGS }
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: imported })) as Output
  const faults = (output.errors ?? []).filter((error) => error.severity === 'error')
  if (faults.length > 0) throw new Error(faults.map((fault) => fault.formattedMessage).join('\n'))
  const entries = Object.keys(sources).flatMap((source): [string, Compiled][] =>
    Object.entries(output.contracts?.[source] ?? {}).map(([name, { abi, evm }]) => [
      name,
      { abi, bytecode: `0x${evm.bytecode.object}` },
    ]),
  )
  return Object.fromEntries(entries)
}
