import type { Hex } from '#ingestion/evm/types.ts'

const word = (value: bigint): string => value.toString(16).padStart(64, '0')

/** Codes of contracts so small that hundreds are put on a chain in no time. Each answers any call alike. */
export const CODES = {
  /** Answers the first argument and a number on top: a balance that each wallet has another of. */
  holds: (more: bigint): Hex => `0x6004357f${word(more)}015f5260205ff3`,
  answers: (value: bigint): Hex => `0x7f${word(value)}5f5260205ff3`,
  /** Answers so many zero bytes. */
  zeros: (bytes: number): Hex => `0x63${bytes.toString(16).padStart(8, '0')}5ff3`,
  reverts: '0x5f5ffd' as Hex,
  /** Takes about 800,000 gas before it answers 1. */
  dear: '0x6175305b600190038060035760015f5260205ff3' as Hex,
  /** Takes all gas at once. */
  invalid: '0xfe' as Hex,
  /** Takes all gas step by step. */
  loops: '0x5b5f56' as Hex,
} as const

export const numbered = (at: number, kind = 'c0'): Hex => `0x${kind}${at.toString(16).padStart(38, '0')}`
