import {
  getCoreRowModel,
  getSortedRowModel,
  useReactTable,
  type ColumnDef,
  type Row,
  type SortingState,
} from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { compareDecimals } from '../format/decimal.ts'
import styles from './Table.module.css'

export type Column<T> = {
  readonly id: string
  readonly header: ReactNode
  /** What the column sorts by: decimal text as numbers where `align` is right, else as text; null is always last. */
  readonly value?: (row: T) => string | number | null
  readonly cell: (row: T) => ReactNode
  /** Numbers stand at the right. */
  readonly align?: 'right'
  /** Any CSS length; tables of many rows keep their columns by it. */
  readonly width?: string
  /** This cell names its row to those who listen. */
  readonly isName?: boolean
}
type Sort = { readonly id: string; readonly desc: boolean }

type Props<T> = {
  /** Read out as the name of the table. */
  readonly caption: string
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly keyOf: (row: T) => string
  readonly sort?: Sort
  /** Opens a row: by click and by Enter. Let a link in the row do the same for those who see links. */
  readonly onOpen?: (row: T) => void
  /** Height from which rows scroll inside; any CSS length. */
  readonly maxHeight?: string
  readonly empty?: ReactNode
  readonly footer?: ReactNode
}

const ROW = 44
/** Fewer rows than this are all there, so that the browser finds and prints them. */
const VIRTUAL_FROM = 120

/** A table of any length: a real one to those who listen, of which only the rows in sight are there. */
export function Table<T>(props: Props<T>) {
  const { caption, columns, rows, keyOf, sort, maxHeight, empty = 'Nothing here.', footer } = props
  const [sorting, setSorting] = useState<SortingState>(sort === undefined ? [] : [{ ...sort }])
  const scroller = useRef<HTMLDivElement>(null)
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are used in this component alone
  const table = useReactTable({
    ...{
      data: rows as T[],
      columns: columns.map(definition),
      state: { sorting },
      onSortingChange: setSorting,
    },
    ...{ getCoreRowModel: getCoreRowModel(), getSortedRowModel: getSortedRowModel(), getRowId: keyOf },
    ...{ sortDescFirst: false, enableSortingRemoval: false },
  })
  const sorted = table.getRowModel().rows
  const isVirtual = sorted.length >= VIRTUAL_FROM
  const window = useVirtualizer({
    ...{ count: sorted.length, getScrollElement: () => scroller.current, estimateSize: () => ROW },
    ...{ overscan: 12, enabled: isVirtual },
  })
  const parts = isVirtual ? window.getVirtualItems() : null
  const shown = parts === null ? sorted : parts.flatMap(({ index }) => sorted[index] ?? [])
  const before = parts?.[0]?.start ?? 0
  const after = parts === null ? 0 : window.getTotalSize() - (parts.at(-1)?.end ?? 0)
  return (
    <div
      ref={scroller}
      className={styles.scroller}
      style={{ maxHeight: maxHeight ?? (isVirtual ? '70vh' : undefined) }}
      tabIndex={0}
      role="group"
      aria-label={caption}
    >
      <table className={isVirtual ? styles.fixed : styles.table} aria-rowcount={sorted.length + 1}>
        <caption className="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head
                key={column.id}
                column={column}
                sorting={sorting[0]}
                onSort={(desc) => setSorting([{ id: column.id, desc }])}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer height={before} columns={columns.length} />
          {shown.map((row) => (
            <BodyRow key={row.id} {...props} row={row} index={parts === null ? null : sorted.indexOf(row)} />
          ))}
          <Spacer height={after} columns={columns.length} />
          {sorted.length > 0 ? null : (
            <tr>
              <td colSpan={columns.length} className={styles.empty}>
                {empty}
              </td>
            </tr>
          )}
        </tbody>
        {footer === undefined ? null : <tfoot>{footer}</tfoot>}
      </table>
    </div>
  )
}

function definition<T>({ id, value, align }: Column<T>): ColumnDef<T> {
  if (value === undefined) return { id, enableSorting: false }
  return {
    id,
    // Undefined is what the table keeps at the end in either direction.
    accessorFn: (row) => value(row) ?? undefined,
    sortUndefined: 'last',
    sortingFn: (a: Row<T>, b: Row<T>) => compare(a.getValue(id), b.getValue(id), align === 'right'),
  }
}

function compare(a: unknown, b: unknown, isNumber: boolean): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (isNumber) return compareDecimals(String(a), String(b))
  return String(a).localeCompare(String(b), 'en', { numeric: true })
}

function Head<T>({
  column,
  sorting,
  onSort,
}: {
  readonly column: Column<T>
  readonly sorting: Sort | undefined
  readonly onSort: (desc: boolean) => void
}) {
  const { id, header, value, align, width } = column
  const desc = sorting?.id === id ? sorting.desc : null
  const style = { ...(width === undefined ? {} : { width }) }
  const name = align === 'right' ? styles.right : undefined
  if (value === undefined)
    return (
      <th scope="col" className={name} style={style}>
        {header}
      </th>
    )
  return (
    <th
      scope="col"
      className={name}
      style={style}
      aria-sort={desc === null ? 'none' : desc ? 'descending' : 'ascending'}
    >
      {/* Numbers begin with the greatest, words with A. */}
      <button
        type="button"
        className={styles.sort}
        onClick={() => onSort(desc === null ? align === 'right' : !desc)}
      >
        {header}
        <span aria-hidden="true" className={styles.arrow}>
          {desc === null ? '' : desc ? '↓' : '↑'}
        </span>
      </button>
    </th>
  )
}

function BodyRow<T>({
  row,
  index,
  columns,
  onOpen,
}: Props<T> & { readonly row: Row<T>; readonly index: number | null }) {
  const open = onOpen === undefined ? undefined : () => onOpen(row.original)
  const keys = (event: KeyboardEvent<HTMLTableRowElement>): void => {
    if (event.target !== event.currentTarget) return
    if (event.key === 'Enter' && open !== undefined) {
      // What it opens takes the focus, and would take this very key for its first button.
      event.preventDefault()
      open()
    }
    const other = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' } as const
    const step = other[event.key as keyof typeof other]
    const next = step === undefined ? null : event.currentTarget[step]
    if (!(next instanceof HTMLElement)) return
    event.preventDefault()
    next.focus()
  }
  return (
    <tr
      {...(index === null ? {} : { 'aria-rowindex': index + 2 })}
      {...(open === undefined
        ? {}
        : { tabIndex: 0, onClick: open, onKeyDown: keys, className: styles.opens })}
    >
      {columns.map(({ id, cell, align, isName }) =>
        isName === true ? (
          <th key={id} scope="row" className={styles.name}>
            {cell(row.original)}
          </th>
        ) : (
          <td key={id} className={align === 'right' ? styles.right : undefined}>
            {cell(row.original)}
          </td>
        ),
      )}
    </tr>
  )
}

/** The rows that are not there, as room. */
function Spacer({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height <= 0) return null
  return (
    <tr aria-hidden="true" className={styles.spacer}>
      <td colSpan={columns} style={{ height, padding: 0, border: 0 }} />
    </tr>
  )
}
