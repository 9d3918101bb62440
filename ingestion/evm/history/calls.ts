import type { Hex } from '../types.ts'
import { hexText, quantityOf } from './ask.ts'

/** A call of a transaction, or of another call within it, whose effects stand. */
export type SeenCall = {
  readonly block: number
  readonly tx: Hex
  readonly from: Hex
  readonly to: Hex
  readonly value: bigint
  /** Null where no function was named: a plain payment, a creation, a self-destruction. */
  readonly selector: Hex | null
}
type Fields = Readonly<Record<string, unknown>>

/**
 * Calls of a list of traces as Parity, Erigon, Nethermind and Reth give them. A call that failed takes back what the
 * calls within it did, though each of those says that it went well.
 * @param traces whole transactions, in any order
 */
export function callsOfTraces(traces: readonly unknown[]): SeenCall[] {
  const rows = traces.filter((row): row is Fields => typeof row === 'object' && row !== null)
  const failed = new Set(
    rows.filter(({ error }) => typeof error === 'string').map((row) => placeOf(row, pathOf(row).length)),
  )
  return rows.flatMap((row) => {
    const depth = pathOf(row).length
    for (let level = 0; level <= depth; level++) if (failed.has(placeOf(row, level))) return []
    const call = parityCall(row)
    return call === null ? [] : [call]
  })
}

function parityCall(row: Fields): SeenCall | null {
  const action = (row['action'] ?? {}) as Fields
  const result = (row['result'] ?? {}) as Fields
  const [from, to, value] =
    row['type'] === 'suicide'
      ? [action['address'], action['refundAddress'], action['balance']]
      : row['type'] === 'create'
        ? [action['from'], result['address'], action['value']]
        : [action['from'], action['to'], action['value']]
  // Code that is borrowed (`delegatecall`) runs with the value of its caller and moves none.
  const moves = row['type'] !== 'call' || action['callType'] === 'call'
  const block = Number(row['blockNumber'])
  if (!moves || row['type'] === 'reward') return null
  return seen(block, row['transactionHash'], from, to, value, row['type'] === 'call' ? action['input'] : null)
}

const pathOf = (row: Fields): readonly number[] =>
  (row['traceAddress'] as readonly number[] | undefined) ?? []
const placeOf = (row: Fields, level: number): string =>
  `${String(row['transactionHash'])}/${pathOf(row).slice(0, level).join('/')}`

/** Calls of one transaction as the `callTracer` of geth nests them. */
export function callsOfTree(block: number, tx: unknown, root: unknown): SeenCall[] {
  if (typeof root !== 'object' || root === null) return []
  const call = root as Fields
  if (typeof call['error'] === 'string') return []
  const type = String(call['type'])
  const named = type === 'CALL' ? call['input'] : null
  const moves = ['CALL', 'CREATE', 'CREATE2', 'SELFDESTRUCT'].includes(type)
  const own = moves ? seen(block, tx, call['from'], call['to'], call['value'], named) : null
  const inner = Array.isArray(call['calls']) ? (call['calls'] as unknown[]) : []
  return [...(own === null ? [] : [own]), ...inner.flatMap((each) => callsOfTree(block, tx, each))]
}

function seen(
  block: number,
  tx: unknown,
  from: unknown,
  to: unknown,
  value: unknown,
  input: unknown,
): SeenCall | null {
  const [hash, sender, receiver] = [hexText(tx), hexText(from), hexText(to)]
  if (hash === null || sender === null || receiver === null || !Number.isSafeInteger(block)) return null
  return {
    block,
    tx: hash,
    from: sender,
    to: receiver,
    value: quantityOf(value) ?? 0n,
    selector: selectorOf(hexText(input) ?? '0x'),
  }
}

/** The function that call data names; null where it names none. */
export const selectorOf = (input: Hex): Hex | null =>
  input.length < 10 ? null : (input.slice(0, 10).toLowerCase() as Hex)
