import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe } from 'vitest'
import type { Hex } from '#ingestion/evm/types.ts'
import { end, spawnServer, type Child } from '../../servers/leash.ts'
import { until } from '../../servers/until.ts'
import { inMemory } from '../../support/in-memory.ts'

export type AnvilOptions = {
  readonly chainId: number
  /** Seconds between blocks; without it a block is mined for every transaction. */
  readonly blockTime?: number
  /** Further arguments of anvil, such as `--timestamp` or `--auto-impersonate`. */
  readonly args?: readonly string[]
}

/** A real EVM node on 127.0.0.1 that has all states of its history. */
export type Anvil = {
  readonly url: string
  readonly chainId: number
  /** @throws RpcError when the node answers with an error */
  readonly rpc: <T = unknown>(method: string, params?: readonly unknown[]) => Promise<T>
  /** The end of it, with everything it wrote; asked twice it is done once. */
  readonly stop: () => Promise<void>
  /** The last lines that it printed. */
  readonly log: () => string
}

export class RpcError extends Error {
  readonly code: number
  readonly data: unknown
  constructor(error: { code: number; message: string; data?: unknown }) {
    super(error.message)
    this.code = error.code
    this.data = error.data
  }
}

const READY_MS = 30_000
const GRACE_MS = 5_000

/**
 * Starts a node on a free port. It ends by `stop`, and with the process that started it, however that one ends: each
 * file of tests has a process of its own.
 * @throws Error when the program is absent (with how to get it) or does not answer (with its last lines)
 */
export async function startAnvil(options: AnvilOptions): Promise<Anvil> {
  const program = anvilProgram()
  if (program === null) throw new Error(WHY_ABSENT)
  const home = mkdtempSync(join(inMemory() ?? tmpdir(), 'tidemark-anvil-'))
  const log = join(home, 'anvil.log')
  const blockTime = options.blockTime === undefined ? [] : ['--block-time', String(options.blockTime)]
  const child = spawnServer({
    // Old states leave the memory for files, which would stay in the user's home without a folder of their own.
    command: [
      program,
      ...['--port', '0', '--chain-id', String(options.chainId), '--cache-path', join(home, 'cache')],
      ...['--no-request-size-limit', ...blockTime, ...(options.args ?? [])],
    ],
    log,
    env: {},
    leash: { remove: home },
  })
  const stop = async () => {
    await end(child, 'SIGKILL', GRACE_MS)
    rmSync(home, { recursive: true, force: true })
  }
  try {
    const url = await listening(child, log)
    const rpc: Anvil['rpc'] = (method, params = []) => ask(url, method, params)
    return { url, chainId: options.chainId, rpc, stop, log: () => tail(log) }
  } catch (error) {
    await stop()
    throw error
  }
}

async function listening(child: Child, log: string): Promise<string> {
  const port = () => /Listening on 127\.0\.0\.1:(\d+)/.exec(readFileSync(log, 'utf8'))?.[1]
  await until(() => port() !== undefined || !child.alive(), { timeoutMs: READY_MS })
  const found = port()
  if (found === undefined) throw new Error(`anvil does not listen. Its last lines:\n${tail(log)}`)
  return `http://127.0.0.1:${found}`
}

async function ask<T>(url: string, method: string, params: readonly unknown[]): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const answer = (await response.json()) as {
    result: T
    error?: { code: number; message: string; data?: unknown }
  }
  if (answer.error !== undefined) throw new RpcError(answer.error)
  return answer.result
}

function tail(log: string): string {
  return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(-20).join('\n') : ''
}

const WHY_ABSENT =
  'anvil is not installed: run "npm install" (package @foundry-rs/anvil, with the optional package of this platform)'

/** The program itself: the package's own launcher is a process of Node beside it, which a signal would end alone. */
function anvilProgram(): string | null {
  const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
  try {
    const manifest = createRequire(import.meta.url).resolve(`@foundry-rs/anvil-${platform}/package.json`)
    const program = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'anvil.exe' : 'anvil')
    return existsSync(program) ? program : null
  } catch {
    return null
  }
}

/**
 * A suite that needs nodes: skipped, with the reason in its name, where the program is absent.
 * @throws Error in CI, where nothing may be skipped
 */
export function describeChain(name: string, body: () => void): void {
  if (anvilProgram() !== null) return void describe(name, body)
  if (process.env['CI'] !== undefined) throw new Error(`CI needs every server: ${WHY_ABSENT}`)
  console.warn(`skipped: ${name}: ${WHY_ABSENT}`)
  describe.skip(`${name} (skipped: ${WHY_ABSENT})`, body)
}

export const MULTICALL3: Hex = '0xca11bde05977b3631167028862be2a173976ca11'

/** Puts Multicall3 where it stands on real chains, from the next block on. Mines nothing. */
export async function installMulticall3(node: Anvil): Promise<void> {
  // A call without a receiver runs a constructor; what it returns is the code that would stand on the chain.
  const code = await node.rpc<Hex>('eth_call', [{ data: multicall3Creation() }, 'latest'])
  await node.rpc('anvil_setCode', [MULTICALL3, code])
}

function multicall3Creation(): string {
  // viem has the code and exports it by no path.
  const viem = dirname(createRequire(import.meta.url).resolve('viem/package.json'))
  const text = readFileSync(join(viem, '_esm/constants/contracts.js'), 'utf8')
  const code = /multicall3Bytecode = '(0x[0-9a-f]+)'/.exec(text)?.[1]
  if (code === undefined) throw new Error('viem has no multicall3Bytecode where it was expected')
  return code
}
