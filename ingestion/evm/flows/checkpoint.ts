import type { AssetId } from '#core/asset.ts'
import { ZERO, formatDecimal, type Decimal } from '#core/decimal.ts'
import type { Flow } from '#core/flow.ts'
import type { Balance } from '#core/portfolio.ts'
import { hexOf, quantityOf } from '../history/ask.ts'
import type { BalanceReader, BlockRef, ChainRpc, Hex, KnownToken, WalletScan } from '../types.ts'
import { differenceOf } from './adds-up.ts'
import { isAside, stateFlow, unitsOf, type FlowPlace } from './row.ts'

/** What a comparison with the chain leaves of one wallet. */
export type Comparison = {
  /** What flows did not explain. */
  readonly flows: readonly Flow[]
  readonly balances: readonly Balance[]
  readonly faults: readonly string[]
  /** What each token holds: as the chain says, or as expected where it does not say. */
  readonly held: ReadonlyMap<Hex | 'native', bigint>
}
type Ledger = { readonly scan: WalletScan; readonly expected: ReadonlyMap<Hex | 'native', bigint> }
/** A token of a wallet with its balance as read; null where it could not be. */
type Held = {
  readonly token: KnownToken
  readonly expected: bigint
  readonly actual: bigint | null
  readonly reason: string | null
}

/** Compares what flows say that wallets hold with what the chain says at `until`, and makes up for the difference. */
export async function compareAt(
  rpc: ChainRpc,
  reader: BalanceReader,
  ledgers: readonly Ledger[],
  until: BlockRef,
  tokenOf: (contract: Hex | 'native') => KnownToken,
  owner: string,
  signal: AbortSignal,
): Promise<Map<Hex, Comparison>> {
  const wallets = ledgers.map(({ scan: { wallet }, expected }) => ({
    wallet,
    tokens: [...expected.keys()].filter((contract) => contract !== 'native'),
  }))
  const { balances } = await reader.at(until, wallets, signal)
  const read = new Map(balances.map((each) => [`${each.wallet}|${each.contract}`, each]))
  const comparisons = new Map<Hex, Comparison>()
  for (const { scan, expected } of ledgers) {
    const held = [...expected].map(([contract, amount]): Held => {
      const balance = read.get(`${scan.wallet}|${contract}`)
      const reason = balance?.reason ?? 'no answer'
      return { token: tokenOf(contract), expected: amount, actual: balance?.amount ?? null, reason }
    })
    const moved = await movedMultipliers(rpc, held, { from: scan.checked, to: until.number }, signal)
    comparisons.set(scan.wallet, comparisonOf(scan, owner, until, held, moved))
  }
  return comparisons
}

function comparisonOf(
  { wallet, chain, checked }: WalletScan,
  owner: string,
  until: BlockRef,
  held: readonly Held[],
  moved: ReadonlySet<Hex | 'native'>,
): Comparison {
  const place: FlowPlace = { owner, chain, wallet }
  const note = `blocks ${checked + 1}–${until.number}`
  const flows: Flow[] = []
  const faults: string[] = []
  for (const { token, expected, actual, reason } of held) {
    if (actual === null) {
      // Whoever makes a wallet hold such a token does not make its reading fail, unless it counts.
      if (!isAside(token) && expected !== 0n)
        faults.push(`${token.contract}: its balance at block ${until.number} cannot be read (${reason})`)
      continue
    }
    const multiplierMoved = moved.has(token.contract)
    const difference = differenceOf({ token, expected, actual, multiplierMoved })
    const flow = difference === null ? null : stateFlow(place, token, { ...difference, block: until, note })
    if (flow !== null) flows.push(flow)
  }
  return {
    flows,
    balances: balancesOf(place, until, held),
    faults,
    held: new Map(held.map(({ token, expected, actual }) => [token.contract, actual ?? expected])),
  }
}

/** One for each asset: several tokens may be forms of one, and it is known only when all of them are. */
function balancesOf({ owner, wallet, chain }: FlowPlace, until: BlockRef, held: readonly Held[]): Balance[] {
  const sums = new Map<AssetId, Decimal | null>()
  for (const { token, actual, expected } of held) {
    if (isAside(token) || (actual === null && expected === 0n)) continue
    const quantity = actual === null ? null : unitsOf(actual, token)
    const sum = sums.get(token.asset) ?? (sums.has(token.asset) ? null : ZERO)
    sums.set(token.asset, quantity === null || sum === null ? null : sum.plus(quantity))
  }
  const shared = { owner, wallet, chain, time: until.time, source: `rpc:${chain}` }
  return [...sums].flatMap(([asset, sum]) =>
    sum === null ? [] : [{ ...shared, asset, quantity: formatDecimal(sum) }],
  )
}

/** `multiplier()`, by which a stock token's raw amounts become balances. */
const MULTIPLIER = '0x1b3ed722'
const ONE = 10n ** 18n

/** Of the scaled tokens that do not add up, those whose multiplier is another one than before. */
async function movedMultipliers(
  rpc: ChainRpc,
  held: readonly Held[],
  { from, to }: { readonly from: number; readonly to: number },
  signal: AbortSignal,
): Promise<Set<Hex | 'native'>> {
  const asked = held
    .filter(
      ({ token, expected, actual }) => token.form === 'scaled' && actual !== null && actual !== expected,
    )
    .map(({ token }) => token.contract)
  if (asked.length === 0) return new Set()
  const blocks = [Math.max(from, 0), to]
  const calls = asked.flatMap((contract) =>
    blocks.map((block) => ({
      method: 'eth_call',
      params: [{ to: contract, data: MULTIPLIER }, hexOf(block)],
    })),
  )
  const answers = await rpc.batch(calls, { state: blocks[0] as number }, signal)
  const value = (at: number) => {
    const answer = answers[at]
    return answer?.ok === true ? quantityOf(answer.result) : null
  }
  return new Set(
    asked.filter((_, at) => {
      const [before, after] = [value(2 * at), value(2 * at + 1)]
      // A token that was not there before begins with one.
      return after !== null && after !== (before ?? ONE)
    }),
  )
}
