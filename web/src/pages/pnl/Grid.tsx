import { useVirtualizer } from '@tanstack/react-virtual'
import {
  useEffect,
  useId,
  useRef,
  useState,
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactNode,
} from 'react'
import { moved, type Cell } from './keys.ts'
import styles from './Grid.module.css'

export type GridColumn = {
  readonly id: string
  readonly header: ReactNode
  readonly width: number
  readonly left?: boolean
}

type Props = {
  readonly label: string
  /** The first one stays in sight. */
  readonly columns: readonly GridColumn[]
  readonly count: number
  readonly cell: (row: number, column: number) => ReactNode
  /** The row at the bottom that stays in sight. */
  readonly footer: (column: number) => ReactNode
  /** A row that ends a group of rows: it is set off. */
  readonly isStrong?: (row: number) => boolean
  readonly onOpen: (row: number, column: number) => void
  readonly onBack: () => void
  /** All digits of a cell, for the clipboard. */
  readonly plain: (row: number, column: number) => string
  /** What is shown; another one begins at its end, where the newest is. */
  readonly view: string
}

const ROW = 34
const HEAD = 38

/** A table of any size of which only what is in sight is there: arrow keys move the cell, Enter opens it, Escape goes back. */
export function Grid(props: Props) {
  const { label, columns, count, cell, footer, isStrong, onOpen, onBack, plain, view } = props
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState<Cell>({ row: Math.max(0, count - 1), column: 0 })
  const active = { row: Math.min(at.row, count - 1), column: Math.min(at.column, columns.length - 1) }
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are used in this component alone
  const rows = useVirtualizer({
    ...{ count, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 6 },
    ...{ scrollPaddingStart: HEAD, scrollPaddingEnd: ROW, initialOffset: count * ROW },
  })
  const first = columns[0]?.width ?? 0
  const widths = columns.slice(1).map(({ width }) => width)
  const room = useWidth(scroller) - first
  const needed = widths.reduce((sum, width) => sum + width, 0)
  const stretch = Math.max(1, room / Math.max(1, needed))
  const across = useVirtualizer({
    ...{ horizontal: true, count: widths.length, getScrollElement: () => scroller.current },
    ...{ estimateSize: (index) => (widths[index] ?? 100) * stretch, overscan: 3 },
    ...{ paddingStart: first, scrollPaddingStart: first },
  })
  useEffect(() => across.measure(), [across, stretch, view])
  useEffect(() => {
    if (count > 0) rows.scrollToIndex(count - 1, { align: 'end' })
    setAt({ row: count - 1, column: 0 })
    // eslint-disable-next-line react-hooks/exhaustive-deps -- new rows of the same view leave the reader where they are
  }, [view])
  const shown = [0, ...across.getVirtualItems().map(({ index }) => index + 1)]
  const placeOf = (column: number) => {
    const item = across.measurementsCache[column - 1]
    return column === 0 ? { width: first } : { left: item?.start ?? 0, width: item?.size ?? 0 }
  }
  const go = (next: Cell): void => {
    setAt(next)
    rows.scrollToIndex(next.row)
    if (next.column > 0) across.scrollToIndex(next.column - 1)
  }
  const keys = (event: KeyboardEvent): void => {
    if (event.ctrlKey && event.key === 'c') return
    if (event.key === 'Enter') onOpen(active.row, active.column)
    else if (event.key === 'Escape') onBack()
    else {
      const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW) - 3)
      const next = moved(active, event, { rows: count, columns: columns.length, page })
      if (next === null) return
      go(next)
    }
    event.preventDefault()
  }
  const copy = (event: ClipboardEvent): void => {
    if (String(getSelection()) !== '') return
    event.clipboardData.setData('text/plain', plain(active.row, active.column))
    event.preventDefault()
  }
  const line = (row: number, top: number | null, name: string, content: (column: number) => ReactNode) => (
    <div
      key={row}
      role="row"
      aria-rowindex={row + 2}
      className={`${styles.row ?? ''} ${name}`}
      style={{
        width: across.getTotalSize(),
        height: ROW,
        ...(top === null ? {} : { transform: `translateY(${String(top)}px)` }),
      }}
    >
      {shown.map((column) => {
        const isActive = row === active.row && column === active.column
        return (
          <div
            key={column}
            id={`${id}-${String(row)}-${String(column)}`}
            role={column === 0 ? 'rowheader' : 'gridcell'}
            aria-colindex={column + 1}
            aria-selected={isActive}
            className={`${cellName(columns, column)} ${isActive ? (styles.active ?? '') : ''}`}
            style={placeOf(column)}
            onClick={() => (isActive ? onOpen(row, column) : setAt({ row, column }))}
          >
            {content(column)}
          </div>
        )
      })}
    </div>
  )
  return (
    <div
      ref={scroller}
      className={styles.scroller}
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={count + 2}
      aria-colcount={columns.length}
      aria-activedescendant={`${id}-${String(active.row)}-${String(active.column)}`}
      onKeyDown={keys}
      onCopy={copy}
    >
      <div
        role="row"
        aria-rowindex={1}
        className={styles.head}
        style={{ width: across.getTotalSize(), height: HEAD }}
      >
        {shown.map((column) => (
          <div
            key={column}
            role="columnheader"
            aria-colindex={column + 1}
            className={cellName(columns, column)}
            style={placeOf(column)}
          >
            {columns[column]?.header}
          </div>
        ))}
      </div>
      <div
        role="rowgroup"
        className={styles.body}
        style={{ height: rows.getTotalSize(), width: across.getTotalSize() }}
      >
        {rows
          .getVirtualItems()
          .map(({ index, start }) =>
            line(index, start, isStrong?.(index) === true ? (styles.strong ?? '') : '', (column) =>
              cell(index, column),
            ),
          )}
      </div>
      {line(count, null, styles.foot ?? '', footer)}
    </div>
  )
}

function cellName(columns: readonly GridColumn[], column: number): string {
  const isLeft = column === 0 || columns[column]?.left === true
  return `${styles.cell ?? ''} ${column === 0 ? (styles.first ?? '') : ''} ${isLeft ? '' : (styles.right ?? '')}`
}

function useWidth(element: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const { current } = element
    if (current === null) return
    const observer = new ResizeObserver(() => setWidth(current.clientWidth))
    observer.observe(current)
    return () => observer.disconnect()
  }, [element])
  return width
}
