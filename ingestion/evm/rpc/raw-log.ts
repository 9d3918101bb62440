import type { Hex, RawLog } from '../types.ts'

/** The logs of an answer; null where it is no list of logs. Pure. */
export function rawLogs(result: unknown): RawLog[] | null {
  if (!Array.isArray(result)) return null
  const logs: RawLog[] = []
  for (const item of result as unknown[]) {
    const log = rawLog(item)
    if (log === null) return null
    // Taken back by a reorganisation while it was read.
    if (log !== 'removed') logs.push(log)
  }
  return logs
}

function rawLog(item: unknown): RawLog | 'removed' | null {
  if (typeof item !== 'object' || item === null) return null
  const log = item as Record<string, unknown>
  if (log['removed'] === true) return 'removed'
  const { address, topics, data, blockHash, transactionHash } = log
  const block = quantity(log['blockNumber'])
  const txIndex = quantity(log['transactionIndex'])
  const logIndex = quantity(log['logIndex'])
  const time = quantity(log['blockTimestamp'])
  if (!isHex(address) || !isHex(data) || !isHex(blockHash) || !isHex(transactionHash)) return null
  if (!Array.isArray(topics) || !topics.every(isHex)) return null
  if (block === null || txIndex === null || logIndex === null) return null
  return {
    address: lower(address),
    topics: topics.map(lower),
    data: lower(data),
    block,
    blockHash: lower(blockHash),
    time: time === null ? null : time * 1_000,
    tx: lower(transactionHash),
    txIndex,
    logIndex,
  }
}

const lower = (hex: Hex): Hex => hex.toLowerCase() as Hex
const isHex = (value: unknown): value is Hex => typeof value === 'string' && value.startsWith('0x')

/** A `0x` quantity as a number; null where it is none, or beyond what a number holds. */
export function quantity(value: unknown): number | null {
  if (typeof value !== 'string' || !/^0x[0-9a-f]{1,14}$/i.test(value)) return null
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : null
}

export const hex = (number: number): Hex => `0x${number.toString(16)}`

/** Ordered by block and index, each log once. A log is the same by its block's hash and its index. */
export function inOrder(logs: readonly RawLog[]): RawLog[] {
  const sorted = [...logs].sort((a, b) => a.block - b.block || a.logIndex - b.logIndex)
  return sorted.filter((log, at) => {
    const before = sorted[at - 1]
    return before === undefined || log.logIndex !== before.logIndex || log.blockHash !== before.blockHash
  })
}
