import type { Flow } from '#core/flow.ts'
import { asideBook } from '#core/portfolio.ts'
import { readMovements } from '../history/read.ts'
import type {
  BalanceReader,
  BlockRef,
  ChainRpc,
  Hex,
  KnownToken,
  Movement,
  NftMove,
  TokenBook,
  WalletMovements,
  WalletPart,
  WalletScan,
} from '../types.ts'
import { compareAt, type Comparison } from './checkpoint.ts'
import { contractsAmong } from './contracts.ts'
import type { Draft, Surroundings, WalletTx } from './draft.ts'
import { meaningOf } from './meaning.ts'
import { openings, type MayHold, type Opened } from './opening.ts'
import { Placed } from './placed.ts'
import { draftFlow, stateFlow, type FlowPlace } from './row.ts'

export type PartOptions = {
  readonly owner: string
  /** Whether `until` is a checkpoint: every token seen is compared with the chain, and its balance kept. */
  readonly checkpoint: boolean
  /** Whether an address is a wallet of the owner. */
  readonly isOwn: (address: Hex) => boolean
  /** Asked for where a reading begins, so that what never moves since is in its opening; without it, none. */
  readonly mayHold?: MayHold
}

/**
 * Reads the wallets of a group from the block at which all of them stand up to `until`, as flows that add up: what was
 * held before, what moved, and at a checkpoint what neither explains.
 * @returns a part for each wallet of the group, in its order
 * @throws TidemarkError as `ChainRpc` does
 */
export async function readPart(
  rpc: ChainRpc,
  balances: BalanceReader,
  tokens: TokenBook,
  group: readonly WalletScan[],
  until: BlockRef,
  options: PartOptions,
  signal: AbortSignal,
): Promise<WalletPart[]> {
  const read = await readMovements(rpc, tokens, group, until, signal)
  const byWallet = new Map(read.map((movements) => [movements.wallet, movements]))
  const works = group.map((scan) => ({ scan, read: byWallet.get(scan.wallet) as WalletMovements }))
  const opened = await openings(rpc, balances, works, options.mayHold ?? (() => []), signal)
  const known = await tokensOf(tokens, works, opened, signal)
  const isContract = await contractsAmong(rpc, read, known, until.number, signal)
  const shared = netsOf(read)
  const ledgers = works.map((work) => {
    const own = opened.get(work.scan.wallet) ?? []
    return { ...work, opened: own, ...reckonings(work.scan, work.read, own) }
  })
  const compared = options.checkpoint
    ? await compareAt(rpc, balances, ledgers, until, known, options.owner, signal)
    : new Map<Hex, Comparison>()
  return ledgers.map((ledger) => {
    const around = { wallet: ledger.scan.wallet, token: known, isOwn: options.isOwn, isContract }
    const comparison = compared.get(ledger.scan.wallet) ?? null
    return partOf(ledger, around, { owner: options.owner, until, shared, compared: comparison })
  })
}

type Work = { readonly scan: WalletScan; readonly read: WalletMovements }
type Ledger = Work & {
  readonly opened: readonly Opened[]
  /** What each token should hold at `until`. */
  readonly expected: ReadonlyMap<Hex | 'native', bigint>
}

async function tokensOf(
  tokens: TokenBook,
  works: readonly Work[],
  opened: ReadonlyMap<Hex, readonly Opened[]>,
  signal: AbortSignal,
): Promise<(contract: Hex | 'native') => KnownToken> {
  const contracts = new Set<string>()
  for (const { scan, read } of works) {
    for (const contract of Object.keys(scan.expected)) contracts.add(contract)
    for (const { contract } of read.movements) contracts.add(contract)
    for (const { contract } of opened.get(scan.wallet) ?? []) contracts.add(contract)
  }
  contracts.delete('native')
  const known = await tokens.of([...contracts] as Hex[], signal)
  return (contract) => (contract === 'native' ? tokens.native : (known.get(contract) as KnownToken))
}

function reckonings(
  { expected }: WalletScan,
  { movements }: WalletMovements,
  opened: readonly Opened[],
): Pick<Ledger, 'expected'> {
  const sums = new Map<Hex | 'native', bigint>(
    Object.entries(expected).map(([contract, amount]) => [contract as Hex, BigInt(amount)]),
  )
  for (const { contract, amount } of [...opened, ...movements]) {
    sums.set(contract, (sums.get(contract) ?? 0n) + amount)
  }
  // The coin is compared even where it never moved.
  if (!sums.has('native')) sums.set('native', 0n)
  return { expected: sums }
}

type PartContext = {
  readonly owner: string
  readonly until: BlockRef
  readonly shared: OthersOf
  readonly compared: Comparison | null
}

function partOf(
  { scan, read, opened, expected }: Ledger,
  around: Omit<Surroundings, 'placed' | 'others' | 'elsewhere'>,
  { owner, until, shared, compared }: PartContext,
): WalletPart {
  const place: FlowPlace = { owner, chain: scan.chain, wallet: scan.wallet }
  const placed = new Placed(scan.placed)
  const drafts = txsOf(read).flatMap((tx) => {
    const beside = shared(scan.wallet, tx.movements[0]?.tx ?? null)
    return meaningOf(tx, { ...around, placed, ...beside })
  })
  const told = flowsOf(place, drafts, opened, around)
  const flows = [...told.flows, ...(compared?.flows ?? [])]
  const aside = asideBook(scan.wallet)
  const held = [...(compared?.held ?? expected)].map(([contract, amount]) => [contract, String(amount)])
  return {
    scan,
    next: {
      ...scan,
      until: { number: until.number, time: until.time },
      expected: Object.fromEntries(held) as Record<string, string>,
      placed: placed.toRecord(),
      checked: compared === null ? scan.checked : until.number,
    },
    until,
    flows: flows.filter(({ book }) => book !== aside),
    aside: flows.filter(({ book }) => book === aside),
    nfts: read.nfts,
    balances: compared?.balances ?? [],
    unseen: read.unseen,
    faults: [...read.faults, ...told.faults, ...(compared?.faults ?? [])],
  }
}

/** What the other wallets of a group did in a transaction. */
type OthersOf = (wallet: Hex, tx: Hex | null) => Pick<Surroundings, 'others' | 'elsewhere'>

function netsOf(read: readonly WalletMovements[]): OthersOf {
  const sums = new Map<Hex, Map<Hex | 'native', Map<Hex, bigint>>>()
  for (const { wallet, movements } of read) {
    for (const { tx, contract, amount, what } of movements) {
      if (tx === null || what === 'gas') continue
      const tokens = sums.get(tx) ?? new Map<Hex | 'native', Map<Hex, bigint>>()
      const own = tokens.get(contract) ?? new Map<Hex, bigint>()
      own.set(wallet, (own.get(wallet) ?? 0n) + amount)
      sums.set(tx, tokens.set(contract, own))
    }
  }
  return (wallet, tx) => {
    const tokens = tx === null ? undefined : sums.get(tx)
    const others = (contract: Hex | 'native') => {
      let sum = 0n
      for (const [other, amount] of tokens?.get(contract) ?? []) if (other !== wallet) sum += amount
      return sum
    }
    return { others, elsewhere: [...(tokens?.keys() ?? [])].filter((contract) => others(contract) !== 0n) }
  }
}

/** The movements of each transaction, in the order of the chain; what no transaction is known of stands alone. */
function txsOf({ movements, own, nfts }: WalletMovements): WalletTx[] {
  const groups = new Map<string, Movement[]>()
  movements.forEach((movement, at) => {
    const key = movement.tx ?? `#${at}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [movement])
    else group.push(movement)
  })
  const acts = new Map(own.map((act) => [act.tx, act]))
  const pictures = new Map<Hex, NftMove[]>()
  for (const nft of nfts) pictures.set(nft.tx, [...(pictures.get(nft.tx) ?? []), nft])
  return [...groups.values()].map((group) => {
    const tx = group[0]?.tx ?? null
    return {
      movements: group,
      own: tx === null ? null : (acts.get(tx) ?? null),
      nfts: tx === null ? [] : (pictures.get(tx) ?? []),
    }
  })
}

function flowsOf(
  place: FlowPlace,
  drafts: readonly Draft[],
  opened: readonly Opened[],
  { token }: Pick<Surroundings, 'token'>,
): { readonly flows: readonly Flow[]; readonly faults: readonly string[] } {
  const flows: Flow[] = []
  const undivided = new Set<Hex | 'native'>()
  const keep = (flow: Flow | null, contract: Hex | 'native') => {
    if (flow === null) undivided.add(contract)
    else flows.push(flow)
  }
  for (const { contract, amount, block } of opened) {
    keep(stateFlow(place, token(contract), { kind: 'opening', amount, block, note: '' }), contract)
  }
  for (const draft of drafts) {
    const { contract } = draft.movement
    keep(draftFlow(place, draft, token(contract)), contract)
  }
  const faults = [...undivided].map(
    (contract) =>
      `${contract}: the token does not say how many decimals it has, so its flows have no quantity`,
  )
  return { flows, faults }
}
