import { hash } from 'node:crypto'
import type { FlowFields } from '../flows-csv/columns.ts'
import { Ordinals } from '../flows-csv/ordinals.ts'
import type { Format } from './format.ts'
import { columnNames } from './head.ts'
import type { NumberReader } from './number.ts'
import { compileLeg, type Fault, type LegFields, type ReadLeg } from './row.ts'
import type { AssetBook } from './symbols.ts'
import { compileTemplate, type ColumnOf, type Fill } from './template.ts'
import type { ReadTime } from './time.ts'
import { compileWhen, type Test } from './when.ts'

/** A row as it is understood: its flows, why it is passed over, or (null) what was complained of. */
export type Understood =
  { readonly flows: readonly FlowFields[]; readonly unread: Unread | null } | { readonly pass: string } | null
/** A word that the row's rule makes nothing of. */
type Unread = { readonly column: string; readonly word: string }

export type TableContext = {
  readonly format: Format
  /** Fields of the header. */
  readonly header: readonly string[]
  readonly numbers: NumberReader
  readonly assets: AssetBook
  readonly time: ReadTime
  readonly base: string
  /** Where neither row nor format names one. */
  readonly wallet: string
}

type CompiledRule = {
  readonly test: Test
  readonly pass: string | undefined
  readonly legs: readonly ReadLeg[]
  readonly tx: Fill | null
  readonly unread: readonly [name: string, at: number] | null
}

/** Reads the rows of one file by the table of its format. */
export class Table {
  private readonly context: TableContext
  private readonly rules: readonly CompiledRule[]
  private readonly timeOf: Fill
  private readonly shared: readonly (readonly [column: 'chain' | 'log_index' | 'from' | 'to', fill: Fill])[]
  private readonly walletOf: Fill
  private readonly txOf: Fill | null
  private readonly noteOf: Fill | null
  /** Columns that nothing reads: kept in the note. */
  private readonly rest: readonly (readonly [name: string, at: number])[]
  private readonly rows = new Ordinals()

  /** @throws TidemarkError INPUT_INVALID for a template, condition or expression that cannot be */
  constructor(context: TableContext) {
    this.context = context
    const { format, header, numbers } = context
    const names = columnNames(format, header)
    const places = new Map(names.map((name, at) => [name.toLowerCase(), at] as const).reverse())
    const columnOf: ColumnOf = (name) => places.get(name.toLowerCase()) ?? null
    const used = new Set<number>()
    const uses = (at: number) => void used.add(at)
    const fill = (template: string | undefined) =>
      template === undefined ? null : compileTemplate(template, columnOf, uses)
    this.timeOf = compileTemplate(format.time, columnOf, uses)
    this.walletOf = fill(format.wallet) ?? (() => '')
    this.txOf = fill(format.tx)
    this.noteOf = fill(format.note)
    const shared = {
      chain: format.chain,
      log_index: format.logIndex,
      from: format.from,
      to: format.to,
    } as const
    this.shared = (['chain', 'log_index', 'from', 'to'] as const).flatMap((column) => {
      const filled = fill(shared[column])
      return filled === null ? [] : [[column, filled] as const]
    })
    this.rules = format.rules.map((rule) => ({
      test: compileWhen(rule.when ?? {}, columnOf, numbers),
      pass: rule.pass,
      legs: (rule.legs ?? []).map((leg) => compileLeg(leg, { ...context, columnOf, uses })),
      tx: fill(rule.tx),
      unread: placed(rule.unread, columnOf),
    }))
    for (const rule of format.rules)
      for (const name of Object.keys(rule.when ?? {})) used.add(columnOf(name) ?? -1)
    for (const name of format.ignore ?? []) used.add(columnOf(name) ?? -1)
    this.rest = names.map((name, at) => [name, at] as const).filter(([, at]) => !used.has(at))
  }

  /** Every fault of the row is told. */
  read(fields: readonly string[], fault: Fault): Understood {
    const rule = this.ruleFor(fields)
    if (rule === undefined) return fault('row', `is not understood: ${this.said(fields)}`)
    if (rule.pass !== undefined) return { pass: rule.pass }
    const time = this.context.time(this.timeOf(fields))
    if (time.fault !== null) return fault('time', time.fault)
    const legs: LegFields[] = []
    for (const leg of rule.legs) {
      const read = leg(fields, fault)
      if (read === null) return null
      for (const each of read) legs.push(each)
    }
    if (legs.length === 0) return { pass: 'quantity is 0' }
    const unread = unreadOf(fields, rule)
    return { flows: this.completed(fields, legs, String(time.value), rule.tx, unread), unread }
  }

  private ruleFor(fields: readonly string[]): CompiledRule | undefined {
    for (const rule of this.rules) if (rule.test(fields)) return rule
    return undefined
  }

  private completed(
    fields: readonly string[],
    legs: LegFields[],
    time: string,
    txOf: Fill | null,
    unread: Unread | null,
  ): FlowFields[] {
    const wallet = this.walletOf(fields) || this.context.wallet
    const given = (txOf ?? this.txOf)?.(fields) ?? ''
    const tx = given === '' && legs.length > 1 ? this.ownTx(time, wallet, legs) : given
    const note = this.note(fields, unread)
    for (const leg of legs) {
      leg.time = time
      leg.wallet = wallet
      leg.note = note
      leg.tx = tx
      for (const [column, fill] of this.shared) leg[column] = fill(fields)
    }
    return legs
  }

  /** What binds the legs of a row that names no transaction: the same whenever the row comes again. */
  private ownTx(time: string, wallet: string, legs: readonly LegFields[]): string {
    const content = JSON.stringify([this.context.format.name, time, wallet, legs])
    const key = hash('sha256', content, 'base64url').slice(0, 22)
    const nth = this.rows.next(key)
    return nth === 0 ? `row:${key}` : `row:${key}.${nth}`
  }

  private note(fields: readonly string[], unread: Unread | null): string {
    let note = this.noteOf?.(fields) ?? ''
    const add = (name: string, text: string) => {
      if (text !== '') note += `${note === '' ? '' : '; '}${name}: ${text}`
    }
    if (unread !== null) add(unread.column, unread.word)
    for (const [name, at] of this.rest) add(name, (fields[at] ?? '').trim())
    return note
  }

  /** What the row says in the columns that its meaning is looked for in. */
  private said(fields: readonly string[]): string {
    const { format, header } = this.context
    const names = columnNames(format, header)
    const asked = new Set(
      format.rules.flatMap(({ when }) => Object.keys(when ?? {})).map((name) => name.toLowerCase()),
    )
    const parts = names.flatMap((name, at) =>
      asked.has(name.toLowerCase()) ? [`${name} "${(fields[at] ?? '').slice(0, 60)}"`] : [],
    )
    return parts.length === 0 ? 'no rule of the format takes it' : `no rule takes ${parts.join(', ')}`
  }
}

function placed(name: string | undefined, columnOf: ColumnOf): CompiledRule['unread'] {
  const at = name === undefined ? null : columnOf(name)
  return name === undefined || at === null ? null : [name, at]
}

function unreadOf(fields: readonly string[], { unread }: CompiledRule): Unread | null {
  if (unread === null) return null
  const word = (fields[unread[1]] ?? '').trim()
  return word === '' ? null : { column: unread[0], word }
}
