import type { Hex } from '../types.ts'

/** First topics of the events that move a wallet: hashes of their signatures. */
export const TOPIC = {
  /** `Transfer(address,address,uint256)`, of ERC-20 (3 topics) and ERC-721 (4 topics). */
  transfer: '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef',
  /** `Deposit(address,uint256)` and `Withdrawal(address,uint256)` of wrapped ether. */
  deposit: '0xe1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c',
  withdrawal: '0x7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65',
  /** `TransferSingle` and `TransferBatch` of ERC-1155: operator, from, to. */
  single: '0xc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62',
  batch: '0x4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb',
} as const satisfies Record<string, Hex>

/** Events by which a Safe tells of ether that it gets and of calls that it makes. */
export const SAFE_TOPIC = {
  /** `SafeReceived(address,uint256)` */
  received: '0x3d0ce9bfc3ed7d6862dbb28b2dea94561fe714a1b4d019aa8af39730d1ad7c3d',
  /** `ExecutionSuccess(bytes32,uint256)` */
  executed: '0x442e715f626346e8c54381002da614f62bee8d27386535b2521ec8540898556e',
  /** `ExecutionFromModuleSuccess(address)` */
  byModule: '0x6895c13664aa4f67288b25d7a21d7aaa34916e355fb9b6fae0a139a9085becb8',
} as const satisfies Record<string, Hex>

export const NOBODY: Hex = `0x${'0'.repeat(40)}`

/** An address as a topic holds it. */
export const topicOf = (address: Hex): Hex => `0x${address.slice(2).padStart(64, '0')}`

/** The address that a topic holds; null when it holds none. */
export function addressOf(topic: Hex | undefined): Hex | null {
  if (topic === undefined || !/^0x0{24}[0-9a-f]{40}$/i.test(topic)) return null
  return `0x${topic.slice(26).toLowerCase()}`
}
