import { hash } from 'node:crypto'
import { formatUnits } from 'viem/utils'
import { MAX_DECIMALS } from '#core/decimal.ts'
import { UNDETAILED, type Flow, type FlowKind } from '#core/flow.ts'
import { asideBook, walletBook } from '#core/portfolio.ts'
import type { BlockRef, Hex, KnownToken, Movement } from '../types.ts'
import type { Draft } from './draft.ts'

/** Whose flows they are, and of which wallet on which chain. */
export type FlowPlace = { readonly owner: string; readonly chain: string; readonly wallet: Hex }

/** The pseudo-wallet of what a wallet has put into a contract. */
export const contractWallet = (contract: Hex): string => `contract:${contract}`

/** Base units as exact decimal text; null where the token does not say how many make one. */
export function unitsOf(amount: bigint, { decimals }: KnownToken): string | null {
  return decimals === null || decimals > MAX_DECIMALS ? null : formatUnits(amount, decimals)
}

/** Tokens that are shown apart until somebody confirms them. */
export const isAside = ({ standing }: KnownToken): boolean => standing === 'suspect' || standing === 'hidden'

/** The flow of a draft; null where the token has no decimals. */
export function draftFlow(place: FlowPlace, draft: Draft, token: KnownToken): Flow | null {
  const { movement, amount, kind, part } = draft
  const { block, tx, logIndex, from, to } = movement
  const key = [block.hash, whereOf(movement), part, draft.place ?? '']
  const flow = flowOf(place, token, { kind, amount, time: block.time, key })
  if (flow === null) return null
  const wallet = draft.place === null ? place.wallet : contractWallet(draft.place)
  return { ...flow, wallet, tx, logIndex, from, to }
}

/** A flow that no transaction made: what was held before the first block read, or what a comparison shows. */
export function stateFlow(
  place: FlowPlace,
  token: KnownToken,
  { kind, amount, block, note }: { kind: FlowKind; amount: bigint; block: BlockRef; note: string },
): Flow | null {
  const key = [block.hash, kind === 'opening' ? 'opening' : 'difference', token.contract]
  const flow = flowOf(place, token, { kind, amount, time: block.time, key })
  return flow === null ? null : { ...flow, note }
}

/** Place of a movement within its block: the log, else the transaction and the order within it. */
const whereOf = ({ tx, logIndex, what, index }: Movement): string =>
  logIndex === null ? `${tx ?? ''}/${what}/${index}` : `log ${logIndex}`

type FlowCore = {
  readonly kind: FlowKind
  readonly amount: bigint
  readonly time: number
  /** Where it is, beginning with the hash of the block: what another block brings in its place is another flow. */
  readonly key: readonly string[]
}

function flowOf(
  { owner, chain, wallet }: FlowPlace,
  token: KnownToken,
  { kind, amount, time, key }: FlowCore,
): Flow | null {
  const quantity = unitsOf(amount, token)
  if (quantity === null) return null
  // What it says is part of it: read from an earlier block the same log may mean something else, and imports tell rows
  // apart by their ids alone.
  const identity = ['rpc', owner, chain, wallet, ...key, kind, token.asset, quantity]
  return {
    ...UNDETAILED,
    id: hash('sha256', JSON.stringify(identity), 'hex'),
    owner,
    book: isAside(token) ? asideBook(wallet) : walletBook(wallet),
    source: `rpc:${chain}`,
    time: Math.floor(time / 1000) * 1000,
    asset: token.asset,
    quantity,
    kind,
    wallet,
    chain,
  }
}
