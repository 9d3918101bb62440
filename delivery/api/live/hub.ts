import { setImmediate } from 'node:timers/promises'
import type { WebSocket } from '@fastify/websocket'
import { Refusal } from '../problem.ts'
import type { LastingAuth, Grant } from '../types.ts'
import { Connection, type Guest } from './connection.ts'
import { CLOSE, type LiveLimits } from './limits.ts'
import { bytesOf } from './messages.ts'
import type { Rooms } from './rooms.ts'
import type { RunMessage } from './run-news.ts'

/** Looks at so many sessions before anything else gets a turn. */
const PIECE = 50
/** Turns in which everybody is asked whether they are there, so that not all are in one moment. */
const TURNS = 30

/** Everybody who is connected: who they are, and that they still may be. */
export class Hub {
  readonly connections = new Set<Connection>()
  private readonly auth: LastingAuth
  private readonly rooms: Rooms
  private readonly limits: LiveLimits
  private readonly now: () => number
  private readonly byGrant = new Map<string, Set<Connection>>()
  private readonly perUser = new Map<string, number>()
  private numbers = 0
  private beats = 0

  constructor(parts: { auth: LastingAuth; rooms: Rooms; limits: LiveLimits; now: () => number }) {
    this.auth = parts.auth
    this.rooms = parts.rooms
    this.limits = parts.limits
    this.now = parts.now
  }

  /** @throws Refusal TOO_MANY */
  refuseFull(): void {
    if (this.connections.size < this.limits.connections) return
    throw new Refusal('TOO_MANY', 'Too many are connected.', 'Try again later.', { retryAfter: 30 })
  }

  add(socket: WebSocket): Connection {
    const connection = new Connection(socket, this.numbers++, this.limits, this.now)
    this.connections.add(connection)
    socket.on('close', () => this.remove(connection))
    return connection
  }

  /** Lets somebody in, or lets them stay on with a newer grant. False, and closed, for who may not. */
  async admit(connection: Connection, grant: Grant): Promise<boolean> {
    const who = await this.auth.standing(grant)
    const before = connection.guest
    if (who === null || (before !== null && !isSame(before, grant))) {
      connection.close(CLOSE.signIn, 'the session is over')
      return false
    }
    if (!this.connections.has(connection)) return false
    if (before === null) {
      const count = (this.perUser.get(who.user) ?? 0) + 1
      if (count > this.limits.perUser) {
        connection.close(CLOSE.later, 'too many connections of one user')
        return false
      }
      this.perUser.set(who.user, count)
      const key = keyOf(grant)
      this.byGrant.set(key, (this.byGrant.get(key) ?? new Set()).add(connection))
    }
    connection.guest = { grant, who }
    return true
  }

  /** To those who look after the server. */
  tellRun(message: RunMessage): void {
    const bytes = bytesOf(message)
    for (const connection of this.connections)
      if (connection.guest !== null && maySeeRuns(connection.guest)) connection.send(bytes)
  }

  /** Once a second: whoever is too late, too slow, or gone. */
  beat(): void {
    const turn = this.beats++ % TURNS
    const every = Math.max(1, Math.round(this.limits.pingMs / 1_000 / TURNS))
    const pings = Math.floor(this.beats / TURNS) % every === 0
    for (const connection of this.connections) connection.beat(pings && connection.number % TURNS === turn)
  }

  /** Whether everybody who is in may still be: one look for each session, token and link. */
  async recheck(): Promise<void> {
    let count = 0
    for (const [key, connections] of this.byGrant) {
      const [first] = connections
      const grant = first?.guest?.grant
      if (grant === undefined) continue
      const who = await this.auth.standing({ ...grant, expires: null }).catch(() => undefined)
      // A store that cannot be asked now says nothing about anybody.
      if (who === undefined) return
      for (const connection of this.byGrant.get(key) ?? []) {
        const { guest } = connection
        if (who === null) connection.close(CLOSE.signIn, 'the session is over')
        else if (guest !== null)
          connection.guest = { ...guest, who: { ...who, byCookie: guest.who.byCookie } }
      }
      if (++count % PIECE === 0) await setImmediate()
    }
  }

  closeAll(): void {
    for (const connection of this.connections) connection.close(CLOSE.goingAway, 'this server stops')
  }

  private remove(connection: Connection): void {
    this.connections.delete(connection)
    connection.watching++
    for (const room of connection.watched) this.rooms.leave(room, connection)
    const { guest } = connection
    if (guest === null) return
    const { user } = guest.who
    const left = (this.perUser.get(user) ?? 1) - 1
    if (left > 0) this.perUser.set(user, left)
    else this.perUser.delete(user)
    const own = this.byGrant.get(keyOf(guest.grant))
    own?.delete(connection)
    if (own?.size === 0) this.byGrant.delete(keyOf(guest.grant))
  }
}

const keyOf = ({ kind, id }: Grant): string => `${kind}:${id}`
const isSame = ({ grant }: Guest, next: Grant): boolean => keyOf(grant) === keyOf(next)

export const maySeeRuns = ({ who }: Guest): boolean => who.role === 'admin' && who.portfolios === null
