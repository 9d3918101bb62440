import { formatTime } from '#core/hour.ts'
import type { JobEvent } from '#pipeline/events.ts'
import type { ToldLive } from '../contract/live.ts'

export type RunMessage = Extract<ToldLive, { type: 'run' }>

const STATES = { 0: 'complete', 3: 'partial', 130: 'interrupted', 143: 'interrupted' } as const

/** What the events of runs come to, run by run: an event says what is new, a message how the run stands. */
export class RunNews {
  private readonly runs = new Map<string, RunMessage>()

  /** @returns how the owner's run stands now; null where the event says nothing of it */
  take(owner: string, event: JobEvent): RunMessage | null {
    const next = after(this.runs.get(owner), event)
    if (next === null) return null
    if (next.state === 'running') this.runs.set(owner, next)
    else this.runs.delete(owner)
    return next
  }

  /** Runs that go on. */
  running(): Iterable<RunMessage> {
    return this.runs.values()
  }
}

function after(run: RunMessage | undefined, event: JobEvent): RunMessage | null {
  if (event.type === 'start') return begun(event.run, event.command)
  if (event.type === 'end') {
    const state = (STATES as Readonly<Record<number, RunMessage['state']>>)[event.exitCode] ?? 'failed'
    const known = run ?? begun(event.run, event.command)
    return { ...known, state, exitCode: event.exitCode, finished: formatTime(event.at) }
  }
  // A run that began before this server did is not known by name.
  if (run === undefined) return null
  if (event.type === 'stage')
    return { ...run, stage: event.stage, done: 0, total: event.total, failed: 0, item: null }
  if (event.type !== 'progress') return null
  const { stage, done, total, failed, item } = event
  return { ...run, stage, done, total, failed, item }
}

function begun(run: string, command: string): RunMessage {
  return {
    ...{ type: 'run', run, command, state: 'running', stage: null },
    ...{ done: 0, total: null, failed: 0, item: null, exitCode: null, finished: null },
  }
}
