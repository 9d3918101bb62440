import { formatTime } from '#core/hour.ts'
import type { Emit, JobEvent, Stage } from '#pipeline/events.ts'
import type { Cli, ProgressStyle } from './context.ts'
import { planLines } from './plan-text.ts'
import { scrub } from './secrets.ts'
import { canRedraw } from './terminal.ts'

/** Where no line can be redrawn, one plain line is written this often. */
const LINE_EVERY_MS = 10_000

export type Progress = { readonly emit: Emit; readonly close: () => void }

type View = {
  readonly event: (event: JobEvent) => void
  readonly say: (line: string) => void
  readonly close: () => void
}

/**
 * Shows a job's events on stderr: one bar a stage on a terminal, one line every ten seconds elsewhere, NDJSON for
 * machines, nothing but warnings under `none`.
 * @param options.plan whether the plan is shown; not where it is the result
 */
export async function showProgress(cli: Cli, options: { plan: boolean }): Promise<Progress> {
  const style = styleOf(cli)
  if (style === 'json') return { emit: writeEvent, close: () => undefined }
  const view = style === 'bar' ? await bars() : style === 'lines' ? lines() : silent()
  const emit: Emit = (event) => {
    if (event.type === 'notice' && event.level === 'warn') view.say(`! ${event.message}`)
    else if (style === 'none') return
    else if (event.type === 'notice') view.say(event.message)
    else if (event.type === 'plan') {
      if (options.plan) for (const line of planLines(event.plan)) view.say(line)
    } else view.event(event)
  }
  let open = true
  const close = () => {
    if (open) view.close()
    open = false
    cli.stop.draw(null)
  }
  // A signal may end the program in the middle of a bar; the terminal is to wrap its lines again.
  cli.stop.draw({ say: view.say, close })
  return { emit, close }
}

function styleOf(cli: Cli): ProgressStyle {
  if (cli.globals.progress !== null) return cli.globals.progress
  if (cli.globals.quiet) return 'none'
  return canRedraw(process.stderr, process.env) ? 'bar' : 'lines'
}

/** One line of NDJSON; times are numbers as in the event. */
function writeEvent(event: JobEvent): void {
  process.stderr.write(`${scrub(JSON.stringify({ schemaVersion: 1, ...event }))}\n`)
}

function writeLine(line: string): void {
  process.stderr.write(`${scrub(line)}\n`)
}

function silent(): View {
  return { event: () => undefined, say: writeLine, close: () => undefined }
}

type Reached = { stage: Stage; done: number; total: number; failed: number; item: string }

function lines(): View {
  let reached: Reached | null = null
  let started = Date.now()
  const timer = setInterval(() => {
    if (reached !== null) writeLine(progressLine(reached, Date.now() - started))
  }, LINE_EVERY_MS)
  timer.unref()
  const event = (event: JobEvent) => {
    if (event.type === 'stage') {
      started = Date.now()
      reached = null
      writeLine(event.total === null ? `${event.stage}…` : `${event.stage}: ${event.total} to do`)
    } else if (event.type === 'progress') reached = event
    else if (event.type === 'draining') writeLine(`stopping: ${event.reason}`)
  }
  return { event, say: writeLine, close: () => clearInterval(timer) }
}

function progressLine({ stage, done, total, failed, item }: Reached, elapsedMs: number): string {
  const faults = failed > 0 ? `, ${failed} failed` : ''
  const rate = done / Math.max(elapsedMs / 1000, 0.001)
  const left = done > 0 && done < total ? `, ${Math.ceil((total - done) / rate)} s left` : ''
  return `${formatTime(Date.now())} ${stage} ${done}/${total}${faults}${left}${item === '' ? '' : ` (${item})`}`
}

/** One bar a stage; lines said meanwhile scroll above them. */
async function bars(): Promise<View> {
  const { default: progress } = await import('cli-progress')
  const multi = new progress.MultiBar({
    stream: process.stderr,
    format: '{stage} {bar} {value}/{total}{faults}  {duration_formatted}, {eta_formatted} left  {item}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: false,
    etaBuffer: 50,
  })
  const shown = new Map<Stage, ReturnType<typeof multi.create>>()
  const bar = (stage: Stage, total: number) => {
    const known = shown.get(stage)
    if (known !== undefined) return known
    const made = multi.create(Math.max(total, 1), 0, { stage: stage.padEnd(7), faults: '', item: '' })
    shown.set(stage, made)
    return made
  }
  const event = (event: JobEvent) => {
    if (event.type === 'stage' && event.total !== null && event.total > 0) bar(event.stage, event.total)
    else if (event.type === 'progress') {
      const faults = event.failed > 0 ? `, ${event.failed} failed` : ''
      const one = bar(event.stage, event.total)
      one.setTotal(Math.max(event.total, 1))
      one.update(event.done, { faults, item: scrub(event.item) })
    } else if (event.type === 'draining') multi.log(`stopping: ${event.reason}\n`)
  }
  return { event, say: (line) => multi.log(`${scrub(line)}\n`), close: () => multi.stop() }
}
