import { byBytes, tokenOf, type AssetId } from '#core/asset.ts'
import { EXIT, TidemarkError } from '#core/errors.ts'
import type { Emit, PlanSummary } from '../../events.ts'
import type { RunOutcome } from '../../ports.ts'
import { census, gapChange, missingMarks, suspectChange, type Census } from './account.ts'
import { graceAfter, type Context } from './context.ts'
import { prepare, readAll, type Order } from './prepare.ts'
import { marksRun } from './state.ts'
import { Tally } from './tally.ts'
import type { Held } from './wants.ts'
import type { IngestSummary } from './summary.ts'
import type { JobIo } from '../io.ts'
import { RunRow } from './run-row.ts'
import { UsageMeter } from './usage.ts'

const DRAIN_MS = 3_000

/** What the steps of a run leave for its summary. */
type Outcome = {
  readonly plan: PlanSummary | null
  readonly before: Census
  readonly after: Census
  readonly held: readonly Held[]
}
const NOTHING: Census = { gaps: new Map(), suspects: new Map() }

/** One run from its row to its summary. The lease is the caller's. */
export async function runOnce(
  order: Order,
  io: JobIo,
  emit: Emit,
  signal: AbortSignal,
): Promise<IngestSummary> {
  const { request, range } = order
  const keep = !request.dryRun
  const row = await RunRow.begin(order.command, io, emit, keep, order.lease)
  const drain = () => emit({ type: 'draining', reason: reasonOf(signal) })
  signal.addEventListener('abort', drain, { once: true })
  const grace = graceAfter(signal, io.drainMs ?? DRAIN_MS)
  const tally = new Tally()
  const usage = new UsageMeter(io)
  const quote = request.portfolio?.baseCurrency ?? request.quote
  const context: Context = { io, request, quote, range, emit, signal, grace: grace.signal, tally, usage }
  try {
    const outcome = await steps(order, context)
    if (keep) await usage.flush(1)
    const summary = await summaryOf(order, context, row, outcome)
    await row.end(summary.outcome, summary.exitCode, summary, keep)
    return summary
  } catch (error) {
    const code = error instanceof TidemarkError ? error.exitCode : EXIT.failed
    // The store itself may be the trouble; the error that began it is the one to report.
    await row.end('failed', code, { error: describe(error) }, keep).catch(() => undefined)
    throw error
  } finally {
    signal.removeEventListener('abort', drain)
    grace.stop()
  }
}

async function steps(order: Order, context: Context): Promise<Outcome> {
  const { request, tally } = context
  const { held, wants, plans, plan } = await prepare(order, context, true)
  if (request.dryRun) return { plan, before: NOTHING, after: NOTHING, held: [] }
  const span = [marksRun(order.range.from, order.range.to)]
  const before = await census(wants, () => span, context)
  await readAll(plans, wants, order.hours, context)
  const after = await census(wants, () => span, context)
  tally.hours.rejected = suspectChange(before, after).rejected
  return { plan, before, after, held }
}

async function summaryOf(
  { command, request, range }: Order,
  context: Context,
  row: RunRow,
  { plan, before, after, held }: Outcome,
): Promise<IngestSummary> {
  const { io, tally, usage, signal } = context
  const stopped = signal.aborted
  const missing = request.dryRun || stopped ? [] : await missingMarks(held, context)
  const exitCode = stopped ? exitOf(signal) : tally.exitCode(missing.length > 0)
  const { found, released, left } = suspectChange(before, after)
  const { coins, hours, flows, balances, chains, failures, missingWallets, unpriced, nothingNew } = tally
  return {
    run: row.id,
    command,
    dryRun: request.dryRun,
    window: range,
    plan,
    coins,
    hours,
    flows,
    balances,
    chains: [...chains].sort((a, b) => byBytes(a.chain, b.chain)),
    gaps: gapChange(before, after),
    suspects: { found, released, left },
    failures,
    missingWallets,
    unpriced,
    missing,
    providers: usage.report(),
    started: row.started,
    finished: io.now(),
    outcome: outcomeOf(exitCode, stopped),
    exitCode,
    nothingNew,
    next: nextOf(command, request.dryRun, exitCode, tokensAlone(tally, missing)),
  }
}

function outcomeOf(exitCode: number, stopped: boolean): RunOutcome {
  if (stopped) return exitCode === EXIT.leaseHeld ? 'failed' : 'interrupted'
  if (exitCode === EXIT.complete) return 'complete'
  return exitCode === EXIT.someMissing ? 'partial' : 'failed'
}

/** Whether all that is missing are prices of tokens that no provider names: then reading again brings nothing. */
function tokensAlone(
  { failures, missingWallets }: Tally,
  missing: readonly { readonly asset: AssetId }[],
): boolean {
  if (failures.length > 0 || missingWallets.length > 0) return false
  return missing.length > 0 && missing.every(({ asset }) => tokenOf(asset) !== null)
}

function nextOf(command: string, dryRun: boolean, exitCode: number, tokens: boolean): string {
  if (exitCode === EXIT.credential || exitCode === EXIT.config) return 'tidemark doctor'
  if (dryRun || exitCode === EXIT.provider || exitCode >= EXIT.leaseHeld) return `tidemark ${command}`
  if (exitCode !== EXIT.someMissing) return 'tidemark pnl'
  return tokens ? 'tidemark tokens list --standing unpriced' : 'tidemark gaps'
}

function exitOf(signal: AbortSignal): number {
  return signal.reason instanceof TidemarkError ? signal.reason.exitCode : EXIT.interrupted
}

function reasonOf(signal: AbortSignal): string {
  return signal.reason instanceof TidemarkError ? signal.reason.message : 'Stopped.'
}

function describe(error: unknown): { code: string; message: string } {
  if (error instanceof TidemarkError) return { code: error.code, message: error.message }
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) }
}
