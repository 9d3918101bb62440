import type { EChartsOption } from 'echarts'
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import { Button } from '../ui/Button.tsx'
import { Skeleton } from '../ui/Panel.tsx'
import styles from './Chart.module.css'
import { withDefaults } from './defaults.ts'
import type { ECharts } from './engine.ts'
import { useChartLook, type ChartLook } from './look.ts'

/** What a chart shows, for those who would rather read it. */
export type ChartTable = {
  readonly head: readonly string[]
  /** Texts as people read them; the first of a row names it. */
  readonly rows: () => readonly (readonly string[])[]
}

type Props = {
  readonly title: string
  /** What is to be seen in it, in a sentence. */
  readonly description: string
  /** In pixels; nothing moves when the chart comes. */
  readonly height: number
  /** Keep it with useCallback: each new one is drawn anew. A gap is null, and stays one. */
  readonly option: (look: ChartLook) => EChartsOption
  readonly table: ChartTable
  /** Points that arrow keys go along (of the first series), each in words. */
  readonly points?: number
  readonly readout?: (index: number) => string
  /** Charts of one group share crosshair and zoom. */
  readonly group?: string
  /** Patterns besides colours. */
  readonly decal?: boolean
  /** A part was clicked: its name and index. */
  readonly onPick?: (name: string, index: number) => void
}

/** A chart that can be seen, gone along by keys, heard, and read as a table. */
export function Chart(props: Props) {
  const { title, description, height, points = 0, readout, table } = props
  const [asTable, setAsTable] = useState(false)
  const [said, setSaid] = useState('')
  const about = useId()
  const chart = useRef<ECharts | null>(null)
  const at = useRef(-1)
  const onKeys = (event: KeyboardEvent): void => {
    const next = nextPoint(event.key, at.current, points)
    if (next === null) return
    event.preventDefault()
    at.current = next
    chart.current?.dispatchAction({ type: 'showTip', seriesIndex: 0, dataIndex: next })
    setSaid(readout?.(next) ?? '')
  }
  return (
    <figure className={styles.figure} aria-label={title}>
      {asTable ? (
        <PlainTable title={title} table={table} height={height} />
      ) : (
        <div
          role="group"
          aria-label={`${title}, chart`}
          aria-describedby={about}
          tabIndex={points > 0 ? 0 : undefined}
          onKeyDown={points > 0 ? onKeys : undefined}
          style={{ height }}
        >
          <Drawing {...props} chart={chart} />
        </div>
      )}
      <figcaption className={styles.caption}>
        <span id={about} className="hidden">
          {description} {points > 0 ? 'Arrow keys go along it.' : ''}
        </span>
        <span className="hidden" aria-live="polite">
          {said}
        </span>
        <Button
          look="quiet"
          className={styles.toggle}
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        >
          View as table
        </Button>
      </figcaption>
    </figure>
  )
}

function nextPoint(key: string, at: number, points: number): number | null {
  const last = points - 1
  if (key === 'Home') return 0
  if (key === 'End') return last
  if (key === 'ArrowRight') return Math.min(last, at + 1)
  if (key === 'ArrowLeft') return at < 0 ? last : Math.max(0, at - 1)
  return null
}

function Drawing(props: Props & { readonly chart: { current: ECharts | null } }) {
  const { option, description, points = 0, group = null, decal = false, height, onPick, chart } = props
  const place = useRef<HTMLDivElement>(null)
  const look = useChartLook()
  const [ready, setReady] = useState(false)
  useEffect(() => {
    const element = place.current
    if (element === null) return undefined
    let gone = false
    const resized = new ResizeObserver(() => chart.current?.resize())
    void import('./engine.ts').then(({ openChart }) => {
      if (gone) return
      chart.current = openChart(element, group)
      resized.observe(element)
      setReady(true)
    })
    return () => {
      gone = true
      resized.disconnect()
      chart.current?.dispose()
      chart.current = null
      setReady(false)
    }
  }, [group, chart])
  useEffect(() => {
    if (!ready) return
    chart.current?.setOption(withDefaults(option(look), look, { description, points, decal }), {
      replaceMerge: ['series', 'dataset', 'xAxis', 'yAxis', 'grid'],
    })
  }, [ready, option, look, description, points, decal, chart])
  useEffect(() => {
    const drawn = chart.current
    if (!ready || drawn === null || onPick === undefined) return undefined
    const pick = ({ name, dataIndex }: { name: string; dataIndex: number }): void => onPick(name, dataIndex)
    drawn.on('click', pick as never)
    return () => {
      drawn.off('click', pick)
    }
  }, [ready, onPick, chart])
  return (
    <>
      {ready ? null : <Skeleton height={`${String(height)}px`} />}
      <div ref={place} style={{ height, display: ready ? undefined : 'none' }} />
    </>
  )
}

/** Rows that a browser lays out at once; the rest is in the export. */
const MOST_ROWS = 2_000

function PlainTable({
  title,
  table,
  height,
}: {
  readonly title: string
  readonly table: ChartTable
  readonly height: number
}) {
  const rows = table.rows()
  return (
    <div
      className={styles.table}
      style={{ maxHeight: Math.max(height, 200) }}
      tabIndex={0}
      role="region"
      aria-label={title}
    >
      <table>
        <caption className="hidden">{title}</caption>
        <thead>
          <tr>
            {table.head.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_ROWS).map(([name, ...cells], row) => (
            <tr key={`${name ?? ''} ${String(row)}`}>
              <th scope="row">{name}</th>
              {cells.map((cell, column) => (
                <td key={table.head[column + 1]} className="num">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
