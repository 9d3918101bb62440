import type { LiveBasis } from '#pipeline/queries/live-basis.ts'
import type { Connection } from './connection.ts'
import { bytesOf, deltaText, mostMoved, snapshotText } from './messages.ts'
import type { PriceBook } from './price-book.ts'
import { asciiBytes } from './quick-text.ts'
import { Valuation, type Figures } from './valuation.ts'

/** More readers than this get a snapshot as it is: to compress it for each takes longer than to send it. */
const FEW = 50

type Content = {
  readonly valuation: Valuation
  readonly book: PriceBook
  told: Float64Array
  figures: Figures
}

/**
 * A portfolio that somebody watches. Its messages are counted for all who watch it, so that each is made once, and
 * once more without amounts where somebody is not shown them.
 */
export class Room {
  readonly owner: string
  readonly portfolio: string
  readonly members = new Set<Connection>()
  /** Number of the last tick that it was valued in. */
  tick = 0
  private sequence = 0
  private content: Content | null = null

  constructor(owner: string, portfolio: string) {
    this.owner = owner
    this.portfolio = portfolio
  }

  get basis(): LiveBasis | null {
    return this.content?.valuation.basis ?? null
  }

  /** Numbers of its assets in the book of its currency. */
  get numbers(): Int32Array {
    return this.content?.valuation.numbers ?? new Int32Array(0)
  }

  get book(): PriceBook | null {
    return this.content?.book ?? null
  }

  /** Goes on from what the store says now. */
  settle(basis: LiveBasis, book: PriceBook): void {
    const valuation = new Valuation(basis, book)
    const figures = valuation.value()
    this.content = { valuation, book, figures, told: valuation.worth.slice() }
  }

  join(connection: Connection): void {
    this.members.add(connection)
    this.snapshotFor(connection)
  }

  snapshotFor(connection: Connection): void {
    const { content } = this
    if (content === null) return
    const hidden = isHidden(connection)
    connection.send(asciiBytes(this.snapshot(content, hidden)))
  }

  /** To everybody, after the store has moved. */
  tellSnapshot(): void {
    const { content } = this
    if (content === null) return
    this.sequence++
    content.told = content.valuation.worth.slice()
    this.sendAll((hidden) => this.snapshot(content, hidden))
  }

  /** What of it is new at the prices of the book; says nothing where that is nothing. */
  revalue(): void {
    const { content } = this
    if (content === null || this.members.size === 0) return
    const { valuation, book, told } = content
    content.figures = valuation.value()
    const moved = mostMoved(valuation, told)
    for (const at of moved) told[at] = valuation.worth[at] as number
    const sequence = ++this.sequence
    this.sendAll((hidden) =>
      deltaText(valuation, book, moved, { sequence, figures: content.figures, hidden }),
    )
  }

  tellHour(hour: string): void {
    this.sequence++
    const { portfolio, sequence } = this
    this.sendBytes(bytesOf({ type: 'hour', portfolio, sequence, hour }))
  }

  tellChanged(what: 'flows' | 'wallets' | 'prices'): void {
    this.sequence++
    const { portfolio, sequence } = this
    this.sendBytes(bytesOf({ type: 'changed', portfolio, sequence, what }))
  }

  private snapshot({ valuation, book, figures }: Content, hidden: boolean): string {
    return snapshotText(valuation, book, { sequence: this.sequence, figures, hidden })
  }

  private sendAll(textOf: (hidden: boolean) => string): void {
    const made: (Buffer | null)[] = [null, null]
    const compress = this.members.size <= FEW
    for (const member of this.members) {
      const hidden = isHidden(member)
      const bytes = (made[Number(hidden)] ??= asciiBytes(textOf(hidden)))
      member.send(bytes, compress)
    }
  }

  private sendBytes(bytes: Buffer): void {
    for (const member of this.members) member.send(bytes)
  }
}

const isHidden = (connection: Connection): boolean => connection.guest?.who.hideAmounts === true
