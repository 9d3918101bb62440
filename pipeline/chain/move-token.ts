import type { AssetId } from '#core/asset.ts'
import { asideBook, walletBook } from '#core/portfolio.ts'
import type { PartStore } from './store-part.ts'
import { sourceOf, standings } from './standing.ts'
import { takeBack } from './take-back.ts'

/** Where flows of a token belong: among those that count, or in the book beside them. */
export type TokenPlace = 'counted' | 'aside'
export type TokenMove = {
  readonly owner: string
  readonly chain: string
  readonly asset: AssetId
  readonly to: TokenPlace
  readonly at: number
}

/**
 * Moves what a token moved, in every wallet that was read from the chain, between the wallet's book and the one beside
 * it. Edits of such flows are taken back, since they were made where it stood. Called again after it was cut off, it
 * does the rest. A token that counts again has its balances from the next reading on.
 * @returns how many flows were moved
 */
export async function moveToken(store: PartStore, move: TokenMove): Promise<number> {
  let moved = 0
  for (const { wallet, chain } of await standings(store, move.owner))
    if (chain === move.chain) moved += await moveIn(store, wallet, move)
  return moved
}

/** Later than every block. */
const EVER = Number.MAX_SAFE_INTEGER

async function moveIn(store: PartStore, wallet: string, move: TokenMove): Promise<number> {
  const { owner, chain, asset, at, to } = move
  const source = sourceOf(chain)
  const books = [asideBook(wallet), walletBook(wallet)] as const
  const [from, into] = to === 'counted' ? books : [books[1], books[0]]
  await takeBack(
    store,
    owner,
    (flow) => flow.book === from && flow.asset === asset && flow.source === source,
    at,
  )
  const all = (await store.flows({ owner, books: [from] })).filter((flow) => flow.source === source)
  const moving = all.filter((flow) => flow.asset === asset)
  if (to === 'aside') await forgetBalances(store, wallet, move)
  if (moving.length === 0) return 0
  const scope = { owner, source, file: null, at }
  // They stand in both books for a moment; the one beside is in no total.
  const there = moving.map((flow) => ({ ...flow, book: into }))
  const staying = all.filter((flow) => flow.asset !== asset)
  await store.importFlows({ ...scope, book: into, mode: 'add', flows: [there] })
  const span = { after: -1, until: EVER }
  await store.importFlows({ ...scope, book: from, mode: 'span', span, flows: [staying] })
  return moving.length
}

async function forgetBalances(
  store: PartStore,
  wallet: string,
  { owner, chain, asset }: TokenMove,
): Promise<void> {
  const source = sourceOf(chain)
  const own = (await store.balances(owner, [wallet])).filter(
    (each) => each.chain === chain && each.source === source,
  )
  const kept = own.filter((each) => each.asset !== asset)
  if (kept.length < own.length) await store.replaceBalances({ owner, wallet, chain, source, after: -1 }, kept)
}
