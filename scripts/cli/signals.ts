import { TidemarkError } from '#core/errors.ts'

/** How long work in flight may take to end after the first signal. */
const DRAIN_MS = 10_000
const STOPPING = 'Stopping: work in flight is being stored (10 s at most). Once more to leave at once.'

/** The two signals that ask to stop, with the exit codes that shells expect. */
const SIGNALS = { SIGINT: 'INTERRUPTED', SIGTERM: 'TERMINATED' } as const
type SignalName = keyof typeof SIGNALS

/** What is drawn on the terminal meanwhile: what is said scrolls above it, and it gives the terminal back. */
export type Screen = { readonly say: (text: string) => void; readonly close: () => void }

export type Stop = {
  readonly signal: AbortSignal
  /** Rejects once the program has to end: at once for a command that only reads, else after the drain. */
  readonly ended: Promise<never>
  /** Commands that have work in flight call this before they begin; the first signal then lets them finish it. */
  drain(): void
  /** A command that draws says so before it begins to, and `null` once it has ended. */
  draw(screen: Screen | null): void
  /** The error that ends the program when a signal came, else null. */
  error(): TidemarkError | null
}

/**
 * First Ctrl-C or SIGTERM: says so at once and aborts `signal`; the command drains for ten seconds at most.
 * Second: `leave` is called at once. Nothing needs cleaning up for the next start to be right.
 */
export function listenForSignals(say: (text: string) => void, leave: (error: TidemarkError) => void): Stop {
  const abort = new AbortController()
  let draining = false
  let screen: Screen | null = null
  let error: TidemarkError | null = null
  let end: (reason: TidemarkError) => void
  const ended = new Promise<never>((_, reject) => (end = reject))
  ended.catch(() => undefined)

  const leaveScreen = () => {
    screen?.close()
    screen = null
  }
  const stop = (name: SignalName) => {
    if (error !== null) {
      leaveScreen()
      leave(error)
      return
    }
    const reason = stopped(name)
    error = reason
    if (draining) (screen?.say ?? say)(STOPPING)
    abort.abort(reason)
    if (!draining) return end(reason)
    const giveUp = () => {
      leaveScreen()
      end(reason)
    }
    setTimeout(giveUp, DRAIN_MS).unref()
  }
  for (const name of Object.keys(SIGNALS) as SignalName[]) process.on(name, () => stop(name))
  return {
    signal: abort.signal,
    ended,
    drain: () => void (draining = true),
    draw: (drawn) => void (screen = drawn),
    error: () => error,
  }
}

function stopped(name: SignalName): TidemarkError {
  return new TidemarkError(SIGNALS[name], {
    message: `Stopped by ${name} before the end.`,
    fix: 'Run the same command again; it goes on where it stopped.',
  })
}
