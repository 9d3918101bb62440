import type { Emit } from '../../events.ts'
import type { Run, RunOutcome, RunStore } from '../../ports.ts'
import { PIPELINE_LEASE } from '../lease.ts'

/** Runs that are looked back at for ones that a kill left open. */
const LOOK_BACK = 20

type RunIo = { readonly store: RunStore; readonly now: () => number; readonly newId: () => string }

/** The row of a run: written when it begins, again when it ends. Call while holding the lease. */
export class RunRow {
  readonly id: string
  readonly command: string
  readonly started: number
  private readonly io: RunIo
  private readonly emit: Emit

  private constructor(command: string, io: RunIo, emit: Emit) {
    this.io = io
    this.emit = emit
    this.command = command
    this.id = io.newId()
    this.started = io.now()
  }

  /**
   * @param keep false for a dry run, which leaves no row
   * @param lease the lease that is held
   */
  static async begin(
    command: string,
    io: RunIo,
    emit: Emit,
    keep: boolean,
    lease = PIPELINE_LEASE,
  ): Promise<RunRow> {
    const row = new RunRow(command, io, emit)
    emit({ type: 'start', run: row.id, command, at: row.started })
    if (!keep) return row
    await closeKilled(io.store, lease)
    await row.write(null, 'running', null, JSON.stringify({ lease }))
    return row
  }

  async end(outcome: RunOutcome, exitCode: number, summary: unknown, keep: boolean): Promise<void> {
    const at = this.io.now()
    if (keep) await this.write(at, outcome, exitCode, JSON.stringify(summary))
    this.emit({ type: 'end', run: this.id, command: this.command, exitCode, at })
  }

  private write(
    finished: number | null,
    outcome: RunOutcome,
    exitCode: number | null,
    summary: string,
  ): Promise<void> {
    const { id, command, started } = this
    return this.io.store.writeRun({ id, command, started, finished, outcome, exitCode, summary })
  }
}

/** Whoever holds a lease is the only one running under it: an older row of it that says `running` was killed. */
async function closeKilled(store: RunStore, lease: string): Promise<void> {
  for (const run of await store.runs({ limit: LOOK_BACK, offset: 0 }))
    if (run.outcome === 'running' && leaseOf(run) === lease)
      await store.writeRun({ ...run, outcome: 'interrupted' })
}

function leaseOf({ summary }: Run): string {
  return (JSON.parse(summary) as { lease?: string }).lease ?? PIPELINE_LEASE
}
