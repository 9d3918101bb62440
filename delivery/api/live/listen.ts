import type { WebSocket } from '@fastify/websocket'
import { heard, type Heard } from '../contract/live.ts'
import { problemOf, Refusal, withoutPlaces } from '../problem.ts'
import { Told } from '../told.ts'
import type { Connection } from './connection.ts'
import type { Hub } from './hub.ts'
import { CLOSE } from './limits.ts'
import { bytesOf } from './messages.ts'
import type { Room } from './room.ts'
import type { Rooms } from './rooms.ts'
import type { Tickets } from './tickets.ts'

export type Listening = {
  readonly hub: Hub
  readonly rooms: Rooms
  readonly tickets: Tickets
  /** Greets somebody who has just come in. */
  readonly welcome: (connection: Connection) => void
  /** Somebody watches something that nobody did before. */
  readonly onWatch: () => void
}

/**
 * Hears what a connection says, one message after the other, and answers each.
 * @param first what comes before the first answer
 */
export function listenTo(
  socket: WebSocket,
  connection: Connection,
  io: Listening,
  first: Promise<void>,
): void {
  let turn = first
  socket.on('message', (data, isBinary) => {
    if (!connection.count()) return connection.close(CLOSE.policy, 'too many messages')
    if (isBinary) return connection.close(CLOSE.binary, 'text is spoken here')
    // Of the kinds that the library knows of, it gives this one.
    const text = (data as Buffer).toString()
    turn = turn.then(() => answered(text, connection, io))
  })
  socket.on('ping', () => {
    if (!connection.count()) connection.close(CLOSE.policy, 'too many pings')
  })
}

async function answered(text: string, connection: Connection, io: Listening): Promise<void> {
  try {
    const message = read(text)
    if (message.type === 'ticket') return await shown(message.ticket, connection, io)
    if (connection.guest === null)
      throw new Refusal('UNAUTHENTICATED', 'Nobody knows who this is yet.', 'Send a ticket first.')
    if (message.type === 'watch') await watch(message.portfolios, connection, io)
    else again(message.portfolio, connection)
  } catch (error) {
    const problem = error instanceof Told ? error.problem : problemOf(error)
    const { code, detail } = connection.guest?.who.role === 'admin' ? problem : withoutPlaces(problem)
    connection.send(bytesOf({ type: 'refused', code, message: detail }))
  }
}

/** @throws Refusal INVALID for what is no message of the contract */
function read(text: string): Heard {
  const parsed = heard.safeParse(parsedJson(text))
  if (parsed.success) return parsed.data
  throw new Refusal('INVALID', 'This is no message that is understood here.', 'See docs/service.md.')
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

async function shown(ticket: string, connection: Connection, io: Listening): Promise<void> {
  const isNew = connection.guest === null
  const grant = await io.tickets.take(ticket)
  if (grant === null) return connection.close(CLOSE.signIn, 'this ticket is not good')
  if ((await io.hub.admit(connection, grant)) && isNew) io.welcome(connection)
}

/** What is watched from now on; each that may not be seen is refused in the words of one that is not there. */
async function watch(names: readonly string[], connection: Connection, io: Listening): Promise<void> {
  const mine = ++connection.watching
  const wanted = new Set(names)
  for (const room of connection.watched) if (!wanted.has(room.portfolio)) io.rooms.leave(room, connection)
  const opened = await Promise.allSettled(
    [...wanted].map(async (name) => {
      const room = await io.rooms.open(ownerFor(name, connection), name)
      if (mine !== connection.watching) return
      if (connection.watched.has(room)) room.snapshotFor(connection)
      else io.rooms.enter(room, connection)
    }),
  )
  io.onWatch()
  const refused = opened.find((each) => each.status === 'rejected')
  if (refused !== undefined) throw refused.reason
}

function again(name: string, connection: Connection): void {
  const room: Room | undefined = [...connection.watched].find(({ portfolio }) => portfolio === name)
  if (room === undefined) throw notThere()
  room.snapshotFor(connection)
}

/** @throws Refusal NOT_FOUND for a portfolio that a link does not show */
function ownerFor(name: string, { guest }: Connection): string {
  if (guest === null || (guest.who.portfolios !== null && !guest.who.portfolios.includes(name)))
    throw notThere()
  return guest.who.owner
}

const notThere = (): Refusal =>
  new Refusal('NOT_FOUND', 'There is no such portfolio.', 'GET /portfolios lists the ones there are.')
