import { useMemo } from 'react'
import { useApi } from '../../api/use-api.ts'
import { stamp } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { usePlace } from '../../shell/place.ts'
import { usePortfolio } from '../../shell/portfolio.ts'
import { useRange } from '../../shell/range.ts'
import { Button } from '../../ui/Button.tsx'
import { Choice } from '../../ui/Choice.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { RangePicker } from '../../ui/RangePicker.tsx'
import { Download } from './Download.tsx'
import { Explanation } from './Explanation.tsx'
import { LEVELS, levelFor, marksOf, type Level, type Pnl as Document } from './rows.ts'
import { Summary } from './Summary.tsx'
import { MEASURES, measureName, seriesOf } from './table.ts'
import { placeOf, readTrail, writeTrail } from './trail.ts'
import { ByToken, EveryFigure, isMeasure } from './Views.tsx'

const SPANS: Readonly<Record<string, number>> = {
  '1h': 1,
  '6h': 6,
  '24h': 24,
  '7d': 168,
  '30d': 720,
  '90d': 2_160,
}
const HOUR_MS = 3_600_000

/** What each token and the whole made, hour by hour: the table that the command prints, to walk through. */
export function Pnl() {
  const { name } = usePortfolio()
  const range = useRange()
  const { params, change } = usePlace()
  const wanted = params.get('by')
  const level = LEVELS.find((one) => one === wanted) ?? levelFor(spanOf(range.query))
  const mode = modeOf(params.get('mode'))
  const answer = useApi(
    'GET /portfolio/pnl',
    {
      query: {
        portfolio: name ?? undefined,
        ...range.query,
        every: level === 'hour' ? '1h' : '1d',
        ...(mode === null ? {} : { mode }),
      },
    },
    { enabled: name !== null },
  )
  const { data } = answer
  return (
    <>
      <h1 className="hidden">PnL</h1>
      <Panel
        title={`PnL ${range.words}`}
        query={answer}
        asOf={data?.asOf}
        height="96px"
        actions={<RangePicker />}
      >
        {data === undefined ? null : <Summary pnl={data} />}
      </Panel>
      <Panel
        title={`By ${level} and token`}
        query={answer}
        height="60vh"
        flush
        actions={
          <>
            <Choice
              label="Rows"
              options={LEVELS.map((key) => ({ key, label: `${key}s` }))}
              value={level}
              onChange={(by) => change({ by })}
            />
            <Choice
              label="How it is computed"
              options={MODES}
              value={data?.mode === 'snapshot' ? 'snapshot' : 'flows'}
              onChange={(next) => change({ mode: next })}
            />
          </>
        }
      >
        {data === undefined ? null : <TableOf key={level} pnl={data} level={level} />}
      </Panel>
      <Explanation portfolio={name} mode={mode} pnl={data} />
    </>
  )
}

const MODES = [
  { key: 'flows', label: 'flows', title: 'as quantities changed' },
  { key: 'snapshot', label: 'snapshot', title: 'as if today’s quantities were always held' },
] as const

function modeOf(text: string | null): 'flows' | 'snapshot' | null {
  return text === 'flows' || text === 'snapshot' ? text : null
}

function spanOf(query: ReturnType<typeof useRange>['query']): number {
  if ('from' in query) return Date.parse(query.to) - Date.parse(query.from)
  return (SPANS[query.range] ?? 8_760) * HOUR_MS
}

function TableOf({ pnl, level }: { readonly pnl: Document; readonly level: Level }) {
  const { params, change } = usePlace()
  const range = useRange()
  const { zone } = useSettings()
  const marks = useMemo(() => marksOf(pnl.hours, level), [pnl, level])
  const series = useMemo(() => seriesOf(pnl), [pnl])
  const view = params.get('view') === 'all' ? 'all' : 'tokens'
  const asked = params.get('show')
  const measure = isMeasure(asked) ? asked : 'step'
  const trail = 'from' in range.query ? readTrail(params.get('up')) : []
  const back = (): void => {
    const stop = trail.at(-1)
    if (stop !== undefined) change({ ...placeOf(stop), by: null, up: writeTrail(trail.slice(0, -1)) })
  }
  const open = (row: number, asset: string | null): void => {
    const hour = pnl.hours[marks[row] ?? 0] ?? pnl.to
    if (level === 'hour') return change({ explain: `${asset ?? 'total'}@${hour}` })
    // A row is what was made since the one before; the first is where it begins.
    const from = pnl.hours[marks[row - 1] ?? 0] ?? pnl.from
    if (row === 0) return
    const here = 'range' in range.query ? { range: range.query.range } : range.query
    change({ range: null, from, to: hour, by: null, up: writeTrail([...trail, here]) })
  }
  const shared = { pnl, level, marks, series, onOpen: open, onBack: back }
  return (
    <div className="stack">
      <div className="row" style={{ paddingInline: 16 }}>
        {trail.length === 0 ? null : (
          <Button onClick={back}>
            <span aria-hidden="true">←</span> Back to {stopName(trail.at(-1), zone)}
          </Button>
        )}
        <Choice
          label="Table"
          options={[
            { key: 'tokens', label: 'tokens across' },
            { key: 'all', label: 'every figure' },
          ]}
          value={view}
          onChange={(key) => change({ view: key === 'all' ? 'all' : null })}
        />
        {view === 'all' ? null : (
          <Choice
            label="Figure"
            options={MEASURES.map((key) => ({ key, label: measureName(key, level) }))}
            value={measure}
            onChange={(key) => change({ show: key === 'step' ? null : key })}
          />
        )}
        <span className="push">
          <Download pnl={pnl} marks={marks} series={series} />
        </span>
      </div>
      {view === 'all' ? <EveryFigure {...shared} /> : <ByToken {...shared} measure={measure} />}
      <p className="small soft noprint" style={{ padding: '0 16px 12px' }}>
        Arrow keys move the cell; Enter, or a second click, opens{' '}
        {level === 'hour' ? 'how it was computed' : 'its hours'}; Esc goes back.
      </p>
    </div>
  )
}

function stopName(stop: ReturnType<typeof readTrail>[number] | undefined, zone: string | null): string {
  if (stop === undefined) return ''
  return 'range' in stop ? stop.range : `${stamp(stop.from, zone)} – ${stamp(stop.to, zone)}`
}
