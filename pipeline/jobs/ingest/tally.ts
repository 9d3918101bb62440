import type { AssetId } from '#core/asset.ts'
import type { ProviderId } from '#core/candle.ts'
import { EXIT, type TidemarkError } from '#core/errors.ts'
import type { MergeCounts } from '#core/merge.ts'
import type { FlowImportResult } from '../../ports.ts'
import type { ChainReport, Failure } from './summary.ts'

/** What a run did, counted while it runs. */
export class Tally {
  readonly coins = { added: 0, changed: 0, unchanged: 0 }
  readonly hours = { added: 0, changed: 0, unchanged: 0, rejected: 0 }
  readonly flows = { added: 0, unchanged: 0, retired: 0 }
  readonly balances = { added: 0, changed: 0, unchanged: 0 }
  readonly missingWallets: { wallet: string; reason: string }[] = []
  readonly unpriced: AssetId[] = []
  readonly chains: ChainReport[] = []
  /** Answers that came. */
  answers = 0
  /** Calls that a dry run leaves out beside those of its plan, by provider; of wallets the least number. */
  readonly unasked = new Map<ProviderId, number>()
  private readonly failed = new Map<string, Failure>()

  /** Notes an item that failed; the same item with the same words is counted, not repeated. */
  fail(item: string, provider: ProviderId | null, error: TidemarkError, count = 1): void {
    const { code, message, fix } = error
    const key = `${item}|${code}|${message}`
    const before = this.failed.get(key)?.count ?? 0
    this.failed.set(key, { item, provider, code, message, fix, count: before + count })
  }

  leaveOut(provider: ProviderId, calls: number): void {
    this.unasked.set(provider, (this.unasked.get(provider) ?? 0) + calls)
  }

  get failures(): Failure[] {
    return [...this.failed.values()]
  }

  addCoins(counts: MergeCounts): void {
    add(this.coins, counts)
  }

  addHours(counts: MergeCounts): void {
    add(this.hours, counts)
  }

  addBalances(counts: MergeCounts): void {
    add(this.balances, counts)
  }

  addFlows(result: FlowImportResult): void {
    this.flows.added += result.added
    this.flows.unchanged += result.unchanged + result.sameAsOther
    this.flows.retired += result.retired
  }

  /** True when the run changed nothing that a number rests on. */
  get nothingNew(): boolean {
    const { hours, flows, balances } = this
    const changed = hours.added + hours.changed + flows.added + flows.retired
    return changed + balances.added + balances.changed === 0
  }

  /** How a run ended that was neither interrupted nor broken off (docs/errors.md). */
  exitCode(missing: boolean): number {
    const came = this.answers > 0
    const codes = this.failures.map((failure) => failure.code)
    if (!came && codes.some((code) => code.startsWith('CREDENTIAL'))) return EXIT.credential
    if (!came && codes.includes('CONFIG_INVALID')) return EXIT.config
    if (!came && codes.includes('PROVIDER_UNAVAILABLE')) return EXIT.provider
    const some = codes.length > 0 || this.missingWallets.length > 0 || missing
    return some ? EXIT.someMissing : EXIT.complete
  }
}

function add(into: { added: number; changed: number; unchanged: number }, counts: MergeCounts): void {
  into.added += counts.added
  into.changed += counts.changed
  into.unchanged += counts.unchanged
}
