import type { Flow } from '#core/flow.ts'
import { monthOf, type Month } from '#core/month.ts'
import { spanOf, type LedgerReader } from '../pnl/ledger.ts'
import type { FlowMonth, FlowQuery, LedgerStore } from '../ports.ts'
import { asBefore } from './same-flow.ts'

/** Flows of months as they were read, with the revisions of all books of each. */
export type FlowMemory = ReadonlyMap<Month, { readonly revisions: string; readonly flows: readonly Flow[] }>

/**
 * Reads the flows of one portfolio, each month once, and none whose revisions are those remembered. Revisions are read
 * before flows: what is written in between is read again the next time.
 */
export class RememberedFlows implements LedgerReader {
  /** The months read so far. */
  readonly memory = new Map<Month, { readonly revisions: string; readonly flows: readonly Flow[] }>()
  private readonly io: LedgerStore
  private readonly before: FlowMemory
  private revisions: ReadonlyMap<Month, string> | null = null

  constructor(io: LedgerStore, before: FlowMemory) {
    this.io = io
    this.before = before
  }

  async flowMonths(owner: string, books: readonly string[]): Promise<FlowMonth[]> {
    const rows = await this.io.flowMonths(owner, books)
    const texts = new Map<Month, string[]>()
    for (const { month, book, revision } of rows)
      texts.set(month, [...(texts.get(month) ?? []), `${book}:${revision}`])
    this.revisions = new Map([...texts].map(([month, list]) => [month, list.sort().join('\n')]))
    return rows
  }

  async flows(query: FlowQuery): Promise<Flow[]> {
    const { owner, books, after, until, ...rest } = query
    if (Object.keys(rest).length > 0 || this.revisions === null) return this.io.flows(query)
    if (after === undefined && until === undefined) return this.all(query)
    if (after === undefined || until === undefined) return this.io.flows(query)
    return [...(await this.month(monthOf(until), { owner, books, after, until }))]
  }

  private async all({ owner, books }: FlowQuery): Promise<Flow[]> {
    const flows: Flow[] = []
    for (const month of [...(this.revisions ?? new Map<Month, string>()).keys()].sort())
      for (const flow of await this.month(month, { owner, books, ...spanOf(month) })) flows.push(flow)
    return flows
  }

  private async month(month: Month, query: FlowQuery): Promise<readonly Flow[]> {
    const done = this.memory.get(month)
    if (done !== undefined) return done.flows
    const revisions = this.revisions?.get(month) ?? ''
    const known = this.before.get(month)
    const read =
      known?.revisions === revisions
        ? known
        : { revisions, flows: asBefore(await this.io.flows(query), known?.flows ?? []) }
    this.memory.set(month, read)
    return read.flows
  }

  flowAssets: LedgerReader['flowAssets'] = (...ask) => this.io.flowAssets(...ask)
  flowCoverage: LedgerReader['flowCoverage'] = (...ask) => this.io.flowCoverage(...ask)
  spanningTx: LedgerReader['spanningTx'] = (...ask) => this.io.spanningTx(...ask)
  balances: LedgerReader['balances'] = (...ask) => this.io.balances(...ask)
}
