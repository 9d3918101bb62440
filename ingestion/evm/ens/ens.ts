import { TidemarkError } from '#core/errors.ts'
import { quoted } from '#core/reading.ts'
import { namehash, normalize, packetToBytes } from 'viem/ens'
import { printable } from '../../http/text.ts'
import { isHex, padded, quantity, WORD, wordOf } from '../balances/hex.ts'
import type { BlockRef, ChainRpc, Hex, RpcOutcome } from '../types.ts'

/** The registry of ENS on Ethereum, and on its test networks. */
const REGISTRY: Hex = '0x00000000000c2e074ec69a0dfb2997ba6c7d2e1e'
const RESOLVER = '0x0178b8bf'
const ADDR = '0x3b3b57de'
/** `resolve(bytes,bytes)` of a resolver that answers for all names below its own (ENSIP-10). */
const RESOLVE = '0x9061b923'

/** What a name stood for at a block; the name may be pointed elsewhere later. */
export type EnsAddress = { readonly name: string; readonly address: Hex; readonly block: BlockRef }

/**
 * The address that an ENS name stands for, everything read from the state of one block.
 * @param name as written; it is normalised as ENS has it (ENSIP-15)
 * @throws TidemarkError INPUT_INVALID when the name is none, or stands for no address on the chain; PROVIDER_ANSWER for
 * an answer that is none; otherwise what `ChainRpc` throws
 */
export async function resolveEns(
  rpc: ChainRpc,
  name: string,
  block: BlockRef,
  signal: AbortSignal,
  registry: Hex = REGISTRY,
): Promise<EnsAddress> {
  const normal = normalised(name)
  const ask = (to: Hex, data: Hex) => call(rpc, block, { to, data }, signal)
  const found = await resolverOf(normal, registry, ask, rpc)
  if (found === null) throw nothing(normal, 'it is not registered, or has no resolver')
  const lookup: Hex = `${ADDR}${namehash(normal).slice(2)}`
  const outcome = found.exact
    ? await ask(found.resolver, lookup)
    : await ask(found.resolver, wildcard(normal, lookup))
  if (!outcome.ok) throw refused(normal, outcome)
  const address = addressIn(found.exact ? outcome.result : inner(outcome.result))
  if (address === null) throw nothing(normal, 'its resolver knows no address for it')
  return { name: normal, address, block }
}

type Ask = (to: Hex, data: Hex) => Promise<RpcOutcome>

/** The resolver of a name, or of the nearest name above it, which may answer for those below. */
async function resolverOf(
  name: string,
  registry: Hex,
  ask: Ask,
  rpc: ChainRpc,
): Promise<{ resolver: Hex; exact: boolean } | null> {
  const labels = name.split('.')
  for (let at = 0; at < labels.length; at++) {
    const above = labels.slice(at).join('.')
    const outcome = await ask(registry, `${RESOLVER}${namehash(above).slice(2)}`)
    if (!outcome.ok || !isHex(outcome.result) || outcome.result.length !== 66) throw noRegistry(rpc)
    const resolver = addressIn(outcome.result)
    if (resolver !== null) return { resolver, exact: at === 0 }
  }
  return null
}

async function call(
  rpc: ChainRpc,
  block: BlockRef,
  { to, data }: { to: Hex; data: Hex },
  signal: AbortSignal,
): Promise<RpcOutcome> {
  const params = [{ to, data }, quantity(block.number)]
  const [outcome] = await rpc.batch([{ method: 'eth_call', params }], { state: block.number }, signal)
  return outcome ?? { ok: false, kind: 'failed', message: 'no answer' }
}

function wildcard(name: string, lookup: Hex): Hex {
  const bytes = (digits: string) => wordOf(digits.length / 2) + padded(digits)
  const packet = bytes(Buffer.from(packetToBytes(name)).toString('hex'))
  return `${RESOLVE}${wordOf(64)}${wordOf(64 + packet.length / 2)}${packet}${bytes(lookup.slice(2))}`
}

/** The bytes within the answer of `resolve`. */
function inner(result: unknown): unknown {
  if (!isHex(result) || result.length < 2 + 3 * WORD) return null
  return `0x${result.slice(2 + 2 * WORD)}`
}

/** The address in a word; null for none, and for 0. */
function addressIn(result: unknown): Hex | null {
  if (!isHex(result) || result.length < 66 || !/^0x0{24}/.test(result)) return null
  const address = `0x${result.slice(26, 66).toLowerCase()}` as const
  return BigInt(address) === 0n ? null : address
}

function normalised(name: string): string {
  try {
    const normal = normalize(name.trim())
    if (normal.includes('.') && normal.length <= 255) return normal
  } catch {
    // Said below in our words.
  }
  throw new TidemarkError('INPUT_INVALID', {
    message: `${quoted(name)} is no ENS name.`,
    fix: 'Check its letters (some look like others and are not allowed), or give the address that it stands for (0x…).',
  })
}

function nothing(name: string, why: string): TidemarkError {
  return new TidemarkError('INPUT_INVALID', {
    message: `The name ${quoted(name)} stands for no address: ${why}.`,
    fix: 'Check the name, or give the address itself (0x…).',
  })
}

/** Many resolvers refuse since they want a server of their own to be asked, whose word no block holds. */
const refused = (name: string, { message }: { readonly message: string }): TidemarkError =>
  nothing(name, `its resolver does not answer on the chain (${printable(message, 100)})`)

function noRegistry({ chain }: ChainRpc): TidemarkError {
  return new TidemarkError('INPUT_INVALID', {
    message: `There is no ENS on ${chain.name}.`,
    fix: 'Names are looked up on ethereum: set RPC_URL_1, or give the address itself (0x…).',
  })
}
