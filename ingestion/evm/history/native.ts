import type { ChainRpc, Hex, Movement, OwnTx } from '../types.ts'
import { codesOf, type AccountState } from './account.ts'
import { fullBlocks, receipts, type FullBlock, type Receipt } from './blocks.ts'
import { changesOf, type Change } from './changes.ts'
import type { SeenCall } from './calls.ts'
import { settleBlock, type Settled, type ToldValue, type WalletBlock } from './settle.ts'
import { callsOfAccounts, callsOfBlock } from './traces.ts'

/** Blocks held at a time, with all their transactions. */
const BLOCKS_AT_ONCE = 50

/** An account as it stands at both ends of the blocks that are read, and what logs say of it. */
export type Account = {
  readonly wallet: Hex
  readonly before: AccountState
  readonly after: AccountState
  /** It has code at one of the ends, be it a delegation. */
  readonly code: boolean
  readonly told: readonly (ToldValue & { readonly block: number })[]
  readonly touched: readonly { readonly block: number; readonly tx: Hex }[]
}
export type NativeHistory = {
  readonly movements: readonly Movement[]
  readonly own: readonly OwnTx[]
  /** What it called, for an account with code whose calls were seen. */
  readonly calls: readonly SeenCall[]
  /** Places in their blocks of the transactions that moved it. */
  readonly places: ReadonlyMap<Hex, number>
  readonly unseen: boolean
}
/** Blocks (after, until]. */
type Range = { readonly after: number; readonly until: number }

/**
 * What moved the coin of accounts: exactly for those without code, by bisecting (see `changesOf`); exactly for those with
 * code where an endpoint lists their calls, else block by block as far as their balance shows it.
 */
export async function nativeHistory(
  rpc: ChainRpc,
  accounts: readonly Account[],
  range: Range,
  signal: AbortSignal,
): Promise<Map<Hex, NativeHistory>> {
  const histories = new Map<Hex, NativeHistory>()
  const delegated: Account[] = []
  const plain = await readAccounts(
    rpc,
    accounts.filter(({ code }) => !code),
    null,
    range,
    signal,
  )
  for (const { account, history, suspects } of plain) {
    if (await hadCode(rpc, account.wallet, suspects, signal)) delegated.push({ ...account, code: true })
    else histories.set(account.wallet, history)
  }
  const coded = [...accounts.filter(({ code }) => code), ...delegated]
  if (coded.length === 0) return histories
  const wallets = coded.map(({ wallet }) => wallet)
  const seen = await callsOfAccounts(rpc, wallets, { from: range.after + 1, to: range.until }, signal)
  for (const { account, history } of await readAccounts(rpc, coded, seen, range, signal)) {
    histories.set(account.wallet, history)
  }
  return histories
}

/** A nonce that moved by more than the transactions may have signed a delegation; then there is code at that block. */
async function hadCode(
  rpc: ChainRpc,
  wallet: Hex,
  blocks: readonly number[],
  signal: AbortSignal,
): Promise<boolean> {
  for (const block of blocks) {
    if ((await codesOf(rpc, [wallet], block, signal)).get(wallet) !== '0x') return true
  }
  return false
}

type Read = {
  readonly account: Account
  readonly history: NativeHistory
  readonly suspects: readonly number[]
}
type Work = {
  readonly account: Account
  readonly changes: ReadonlyMap<number, Change>
  readonly calls: ReadonlyMap<number, readonly SeenCall[]>
  readonly told: ReadonlyMap<number, readonly ToldValue[]>
  readonly touched: ReadonlyMap<number, readonly { readonly tx: Hex }[]>
  readonly movements: Movement[]
  readonly own: OwnTx[]
  readonly suspects: number[]
  readonly places: Map<Hex, number>
}

async function readAccounts(
  rpc: ChainRpc,
  accounts: readonly Account[],
  seen: readonly SeenCall[] | null,
  { after, until }: Range,
  signal: AbortSignal,
): Promise<Read[]> {
  if (accounts.length === 0) return []
  const paying = (seen ?? []).filter(({ value }) => value > 0n)
  const calls = new Map(accounts.map(({ wallet }) => [wallet, byBlock(callsOf(paying, wallet))]))
  const spans = accounts.map((account) => {
    const logged = ascending(account.touched.map(({ block }) => block))
    const called = [...(calls.get(account.wallet)?.keys() ?? [])]
    const certain = account.code ? ascending([...logged, ...called]) : []
    return { ...account, from: after, to: until, likely: account.code ? [] : logged, certain }
  })
  const changes = await changesOf(rpc, spans, signal)
  const works = accounts.map((account): Work => {
    const own = (changes.get(account.wallet) ?? []).map((change) => [change.block, change] as const)
    const paid = calls.get(account.wallet) ?? new Map<number, SeenCall[]>()
    return {
      account,
      changes: new Map(own),
      calls: paid,
      told: byBlock(account.told),
      touched: byBlock(account.touched),
      movements: [],
      own: [],
      suspects: [],
      places: new Map(),
    }
  })
  const blocks = ascending(works.flatMap((work) => [...work.changes.keys(), ...work.calls.keys()]))
  for (let at = 0; at < blocks.length; at += BLOCKS_AT_ONCE) {
    await settleBlocks(rpc, works, blocks.slice(at, at + BLOCKS_AT_ONCE), seen !== null, signal)
  }
  return works.map(({ account, movements, own, suspects, places }) => ({
    account,
    suspects,
    history: {
      movements,
      own,
      places,
      calls: callsOf(seen ?? [], account.wallet),
      unseen: account.code && seen === null,
    },
  }))
}

async function settleBlocks(
  rpc: ChainRpc,
  works: readonly Work[],
  numbers: readonly number[],
  seen: boolean,
  signal: AbortSignal,
): Promise<void> {
  const blocks = await fullBlocks(rpc, numbers, signal)
  const concerned = blocks.flatMap((block) =>
    works
      .filter(({ changes, calls }) => changes.has(block.ref.number) || calls.has(block.ref.number))
      .map((work) => ({ work, block })),
  )
  const wanted = concerned.flatMap(({ work: { account }, block }) => receiptsWanted(account, block))
  const known = await receipts(rpc, [...new Set(wanted)], signal)
  const traced = new Map<number, readonly SeenCall[] | null>()
  for (const { work, block } of concerned) {
    const facts = factsOf(work, block, known, seen)
    let settled = settleBlock(facts)
    if (settled.unclear !== 0n && facts.calls === null) {
      const { number } = block.ref
      if (!traced.has(number)) traced.set(number, await callsOfBlock(rpc, number, signal))
      settled = settleTraced(facts, settled, traced.get(number) ?? null)
    }
    work.movements.push(...settled.movements)
    work.own.push(...settled.own)
    notePlaces(work, block, settled)
    if (settled.signedMore) work.suspects.push(block.ref.number)
  }
}

function notePlaces({ places }: Work, { txs }: FullBlock, { movements }: Settled): void {
  const moved = new Set(movements.map(({ tx }) => tx))
  for (const { hash, index } of txs) if (moved.has(hash)) places.set(hash, index)
}

function settleTraced(facts: WalletBlock, plain: Settled, calls: readonly SeenCall[] | null): Settled {
  return calls === null ? plain : settleBlock({ ...facts, calls })
}

/** Own transactions cost; of others it matters only whether they failed, which needs code or a type of the chain's own. */
function receiptsWanted({ wallet, code }: Account, { txs }: FullBlock): Hex[] {
  return txs
    .filter(
      ({ from, to, value, plainType }) =>
        from === wallet || (to === wallet && value > 0n && (code || !plainType)),
    )
    .map(({ hash }) => hash)
}

function factsOf(
  { account, changes, calls, told, touched }: Work,
  block: FullBlock,
  known: ReadonlyMap<Hex, Receipt>,
  seen: boolean,
): WalletBlock {
  const { number } = block.ref
  const change = changes.get(number)
  return {
    wallet: account.wallet,
    block,
    code: account.code,
    receipts: known,
    delta: change === undefined ? 0n : change.after.balance - change.before.balance,
    nonces: change === undefined ? 0n : change.after.nonce - change.before.nonce,
    told: told.get(number) ?? [],
    touched: new Set((touched.get(number) ?? []).map(({ tx }) => tx)),
    calls: seen ? (calls.get(number) ?? []) : null,
  }
}

const callsOf = (calls: readonly SeenCall[], wallet: Hex): SeenCall[] =>
  calls.filter(({ from, to }) => from === wallet || to === wallet)

function byBlock<T extends { readonly block: number }>(items: readonly T[]): Map<number, T[]> {
  const blocks = new Map<number, T[]>()
  for (const item of items) {
    const list = blocks.get(item.block)
    if (list === undefined) blocks.set(item.block, [item])
    else list.push(item)
  }
  return blocks
}

const ascending = (numbers: readonly number[]): number[] => [...new Set(numbers)].sort((a, b) => a - b)
