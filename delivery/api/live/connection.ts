import type { WebSocket } from '@fastify/websocket'
import type { Grant, Principal } from '../types.ts'
import { CLOSE, type LiveLimits } from './limits.ts'
import type { Room } from './room.ts'

const MINUTE_MS = 60_000
/** How long the other side may take to answer a close. */
const CLOSE_MS = 5_000

/** Who is at the other end, once it is known. */
export type Guest = { readonly grant: Grant; readonly who: Principal }

/** One WebSocket: what it may say, what it watches, and how far behind its reader is. */
export class Connection {
  readonly number: number
  readonly watched = new Set<Room>()
  /** Null until a ticket says who it is. */
  guest: Guest | null = null
  /** Counts what is watched: an older request that is still being worked on no longer counts. */
  watching = 0
  private readonly socket: WebSocket
  private readonly limits: LiveLimits
  private readonly now: () => number
  private readonly since: number
  private minute = 0
  private heard = 0
  private behindSince: number | null = null
  private unanswered = 0

  constructor(socket: WebSocket, number: number, limits: LiveLimits, now: () => number) {
    this.socket = socket
    this.number = number
    this.limits = limits
    this.now = now
    this.since = now()
    socket.on('pong', () => (this.unanswered = 0))
  }

  /**
   * Sends bytes that others are sent too. A reader that is too far behind misses them: it finds the hole in the
   * sequence once it reads again, and is cut off if it does not.
   */
  send(bytes: Buffer, compress = true): void {
    const { socket } = this
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > this.limits.waiting) {
      this.behindSince ??= this.now()
      return
    }
    socket.send(bytes, { binary: false, compress })
  }

  /** Counts something heard; false for more than is listened to. */
  count(): boolean {
    const minute = Math.floor(this.now() / MINUTE_MS)
    if (minute !== this.minute) [this.minute, this.heard] = [minute, 0]
    return ++this.heard <= this.limits.perMinute
  }

  /** Looks after itself: called every second. @param ping whether it is its turn to be asked whether it is there */
  beat(ping: boolean): void {
    const { socket, limits, guest } = this
    const now = this.now()
    if (guest === null && now - this.since > limits.ticketMs)
      return this.close(CLOSE.signIn, 'nobody said who this is')
    if (guest !== null && (guest.grant.expires ?? Infinity) <= now)
      return this.close(CLOSE.signIn, 'the token is over: show a new one')
    if (this.behindSince !== null) {
      if (socket.bufferedAmount <= limits.waiting / 2) this.behindSince = null
      else if (now - this.behindSince > limits.waitMs) return this.close(CLOSE.later, 'too slow a reader')
    }
    if (!ping) return
    if (this.unanswered >= 2) return socket.terminate()
    this.unanswered++
    if (socket.readyState === socket.OPEN) socket.ping()
  }

  /** Says why, and does not wait long to be understood: who does not read will not answer. */
  close(code: number, why: string): void {
    const { socket } = this
    if (socket.readyState === socket.CLOSING || socket.readyState === socket.CLOSED) return
    socket.close(code, why)
    setTimeout(() => socket.terminate(), CLOSE_MS).unref()
  }
}
