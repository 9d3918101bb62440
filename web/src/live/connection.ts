import type { Heard, ToldLive } from '../api/types.ts'

export type LiveState = {
  /** `connecting` until the first welcome; `offline` where the machine itself is. */
  readonly state: 'connecting' | 'live' | 'reconnecting' | 'offline'
  /** When the next try is, in milliseconds since 1970. */
  readonly retryAt: number | null
  /** Seconds between two refreshes of spot prices; null where there are none. */
  readonly interval: number | null
}

type Ears = {
  /** A text that says who this is, where no cookie does. */
  readonly ticket: () => Promise<string | null>
  readonly onTold: (told: ToldLive) => void
  readonly onState: (state: LiveState) => void
  /** Something was missed: whatever was read before may have changed. */
  readonly onMissed: () => void
}

const LEAST_WAIT_MS = 1_000
const MOST_WAIT_MS = 30_000
/** Closed with it: this session may not listen, and would not the next time. */
const REFUSED = 1008

/**
 * The line to the server. It comes back by itself, later each time and never all clients at once, and asks for a snapshot
 * wherever the sequence has a hole.
 */
export class Connection {
  private readonly url: string
  private readonly ears: Ears
  private socket: WebSocket | null = null
  private watched: readonly string[] = []
  private sequences = new Map<string, number>()
  private tries = 0
  private wasLive = false
  private interval: number | null = null
  private timer: ReturnType<typeof setTimeout> | null = null
  private closed = false

  constructor(url: string, ears: Ears) {
    this.url = url
    this.ears = ears
  }

  /** From now on these portfolios; connects when there is no line yet. */
  watch(portfolios: readonly string[]): void {
    this.watched = portfolios
    this.sequences.clear()
    if (this.socket === null && this.timer === null) this.connect()
    else this.say({ type: 'watch', portfolios: [...portfolios] })
  }

  /** Now, not when the wait is over. */
  retry(): void {
    if (this.timer === null) return
    clearTimeout(this.timer)
    this.connect()
  }

  close(): void {
    this.closed = true
    if (this.timer !== null) clearTimeout(this.timer)
    this.socket?.close(1000)
  }

  private connect(): void {
    this.timer = null
    const socket = new WebSocket(this.url)
    this.socket = socket
    socket.addEventListener('open', () => void this.greet(socket))
    socket.addEventListener('message', ({ data }) => this.hear(String(data)))
    socket.addEventListener('close', ({ code }) => this.lost(code))
  }

  private async greet(socket: WebSocket): Promise<void> {
    const ticket = await this.ears.ticket().catch(() => null)
    if (socket.readyState !== WebSocket.OPEN) return
    if (ticket !== null) this.say({ type: 'ticket', ticket })
    this.say({ type: 'watch', portfolios: [...this.watched] })
  }

  private hear(text: string): void {
    const told = JSON.parse(text) as ToldLive
    if (told.type === 'welcome') this.welcome(told.interval)
    else if ('sequence' in told && !this.inOrder(told))
      this.say({ type: 'snapshot', portfolio: told.portfolio })
    else this.ears.onTold(told)
  }

  private welcome(interval: number | null): void {
    this.interval = interval
    this.tries = 0
    if (this.wasLive) this.ears.onMissed()
    this.wasLive = true
    this.ears.onState({ state: 'live', retryAt: null, interval })
  }

  /** A snapshot begins the count anew; anything else has to be the next. */
  private inOrder(told: Extract<ToldLive, { sequence: number }>): boolean {
    const last = this.sequences.get(told.portfolio)
    if (told.type !== 'snapshot' && last !== undefined && told.sequence !== last + 1) {
      this.sequences.delete(told.portfolio)
      this.ears.onMissed()
      return false
    }
    this.sequences.set(told.portfolio, told.sequence)
    return true
  }

  private say(heard: Heard): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(heard))
  }

  private lost(code: number): void {
    this.socket = null
    this.sequences.clear()
    if (this.closed) return
    const most = Math.min(MOST_WAIT_MS, LEAST_WAIT_MS * 2 ** this.tries)
    // Half of it by chance: a server that comes back is not asked by everybody at once.
    const wait = code === REFUSED ? MOST_WAIT_MS : most / 2 + (Math.random() * most) / 2
    this.tries += 1
    this.timer = setTimeout(() => this.connect(), wait)
    const state = navigator.onLine ? 'reconnecting' : 'offline'
    this.ears.onState({ state, retryAt: Date.now() + wait, interval: this.interval })
  }
}
