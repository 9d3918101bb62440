import type { AssetId, Quote } from '#core/asset.ts'
import { formatTime } from '#core/hour.ts'
import type { LiveBasis } from '#pipeline/queries/live-basis.ts'
import type { Runner } from '../types.ts'
import type { Connection } from './connection.ts'
import { PriceBook, type Spot } from './price-book.ts'
import { readBasis } from './read-basis.ts'
import { Room } from './room.ts'

/** Portfolios that are read from the store at once: as many as there are threads that answer, so that others get a turn. */
const READERS = 2
/** A room that nobody is in any more is kept so long: after a broken line everybody comes back at once. */
const KEPT_MS = 60_000

type Kept = {
  readonly room: Room
  /** Body of the answer that it rests on. */
  body: string
  reading: Promise<void> | null
  /** Something changed while it was being read. */
  again: boolean
  emptySince: number | null
}

/** The portfolios that are watched: each read once, whoever and how many look at it. */
export class Rooms {
  private readonly runner: Runner
  private readonly now: () => number
  private readonly kept = new Map<string, Kept>()
  private readonly books = new Map<Quote, PriceBook>()
  /** Who holds an asset, by the asset's number in the book of a currency. */
  private readonly holders = new Map<PriceBook, Set<Room>[]>()
  private readonly waiting: (() => void)[] = []
  private reading = 0
  private ticks = 0

  constructor(runner: Runner, now: () => number) {
    this.runner = runner
    this.now = now
  }

  /**
   * The room of a portfolio, read from the store if it is not known.
   * @throws Refusal NOT_FOUND, and what else a thread answers
   */
  async open(owner: string, portfolio: string): Promise<Room> {
    const key = keyOf(owner, portfolio)
    const found = this.kept.get(key)
    if (found !== undefined) {
      await found.reading
      return found.room
    }
    const kept: Kept = {
      ...{ room: new Room(owner, portfolio), body: '', reading: null, again: false },
      emptySince: this.now(),
    }
    this.kept.set(key, kept)
    try {
      await (kept.reading = this.read(kept).then(() => undefined))
    } catch (error) {
      this.kept.delete(key)
      throw error
    } finally {
      kept.reading = null
    }
    return kept.room
  }

  enter(room: Room, connection: Connection): void {
    const kept = this.kept.get(keyOf(room.owner, room.portfolio))
    if (kept !== undefined) kept.emptySince = null
    connection.watched.add(room)
    room.join(connection)
  }

  leave(room: Room, connection: Connection): void {
    connection.watched.delete(room)
    room.members.delete(connection)
    const kept = this.kept.get(keyOf(room.owner, room.portfolio))
    if (kept !== undefined && room.members.size === 0) kept.emptySince = this.now()
  }

  /** Puts away what nobody has watched for a minute. */
  sweep(): void {
    for (const [key, { room, emptySince, reading }] of this.kept) {
      if (emptySince === null || reading !== null || this.now() - emptySince < KEPT_MS) continue
      this.kept.delete(key)
      this.unlist(room)
    }
  }

  /** Assets that somebody watches, by currency. */
  watched(): Map<Quote, AssetId[]> {
    const all = new Map<Quote, AssetId[]>()
    for (const [quote, book] of this.books) {
      const holders = this.holders.get(book) ?? []
      const assets = book.assets.filter((_, number) => hasMembers(holders[number]))
      if (assets.length > 0) all.set(quote, assets)
    }
    return all
  }

  /** Takes new prices, and values and tells every portfolio that holds one that moved. @returns how many those were */
  take(quote: Quote, spots: Iterable<Spot>): number {
    const book = this.bookOf(quote)
    const holders = this.holders.get(book) ?? []
    const tick = ++this.ticks
    let count = 0
    for (const number of book.take(spots))
      for (const room of holders[number] ?? []) {
        if (room.tick === tick) continue
        room.tick = tick
        room.revalue()
        count++
      }
    return count
  }

  /** Reads everything that is watched again, since the store has moved. */
  async refreshAll(): Promise<void> {
    await Promise.all([...this.kept.values()].map((kept) => this.refreshed(kept)))
  }

  async refresh(owner: string, portfolio: string): Promise<void> {
    const kept = this.kept.get(keyOf(owner, portfolio))
    if (kept !== undefined) await this.refreshed(kept)
  }

  *all(): Iterable<Room> {
    for (const { room } of this.kept.values()) yield room
  }

  private async refreshed(kept: Kept): Promise<void> {
    kept.again = true
    if (kept.reading !== null) return kept.reading
    kept.reading = this.readWhileChanged(kept).finally(() => (kept.reading = null))
    return kept.reading
  }

  /** A portfolio that cannot be read just now stays as it was told last; the next change reads it again. */
  private async readWhileChanged(kept: Kept): Promise<void> {
    while (kept.again) {
      kept.again = false
      const before = kept.room.basis
      const isNew = await this.read(kept).catch(() => false)
      const after = kept.room.basis
      if (isNew && before !== null && after !== null) tell(kept.room, before, after)
    }
  }

  /** @returns whether the answer is another one than before */
  private async read(kept: Kept): Promise<boolean> {
    const { room } = kept
    const { owner, portfolio } = room
    const { body } = await this.inTurn(() => this.runner.run('liveBasis', { owner, portfolio }))
    const text = new TextDecoder().decode(body)
    if (text === kept.body) return false
    kept.body = text
    const basis = readBasis(body)
    this.unlist(room)
    room.settle(basis, this.bookOf(basis.quote))
    this.list(room)
    return true
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.reading >= READERS) await new Promise<void>((go) => this.waiting.push(go))
    this.reading++
    try {
      return await work()
    } finally {
      this.reading--
      this.waiting.shift()?.()
    }
  }

  private bookOf(quote: Quote): PriceBook {
    const known = this.books.get(quote)
    if (known !== undefined) return known
    const book = new PriceBook(quote)
    this.books.set(quote, book)
    this.holders.set(book, [])
    return book
  }

  private list(room: Room): void {
    const holders = room.book === null ? [] : (this.holders.get(room.book) ?? [])
    for (const number of room.numbers) (holders[number] ??= new Set()).add(room)
  }

  private unlist(room: Room): void {
    const holders = room.book === null ? [] : (this.holders.get(room.book) ?? [])
    for (const number of room.numbers) holders[number]?.delete(room)
  }
}

const keyOf = (owner: string, portfolio: string): string => JSON.stringify([owner, portfolio])

function hasMembers(rooms: Set<Room> | undefined): boolean {
  for (const room of rooms ?? []) if (room.members.size > 0) return true
  return false
}

/** What is new in a portfolio, in words, and then how it stands. */
function tell(room: Room, before: LiveBasis, after: LiveBasis): void {
  if (after.hour > before.hour) room.tellHour(formatTime(after.hour))
  else room.tellChanged(whatChanged(before, after))
  room.tellSnapshot()
}

function whatChanged(before: LiveBasis, after: LiveBasis): 'flows' | 'wallets' | 'prices' {
  if (before.wallets !== after.wallets) return 'wallets'
  const held = ({ assets, cameIn }: LiveBasis) =>
    JSON.stringify([assets.map(({ asset, quantity, fixed }) => [asset, quantity, fixed]), cameIn])
  return held(before) === held(after) ? 'prices' : 'flows'
}
