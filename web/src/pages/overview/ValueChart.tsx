import { useCallback, useMemo } from 'react'
import type { Answer } from '../../api/types.ts'
import { useAxisText } from '../../charts/axis-text.ts'
import { Chart } from '../../charts/Chart.tsx'
import type { ChartLook } from '../../charts/look.ts'
import { firstFrom } from '../../charts/points.ts'
import { time } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { useAmountText, type Quality } from '../../ui/Figure.tsx'
import { MISSING } from '../../format/number.ts'
import { ratio, share } from '../../format/percent.ts'
import { valueChart } from './value-chart.ts'
import styles from './ValueChart.module.css'

type Dashboard = Answer<'GET /portfolio/dashboard'>

const QUALITY_WORDS: Readonly<Record<Quality, string>> = {
  ...{ missing: 'no price is known', carried: 'a price is carried over' },
  ...{ estimated: 'a price is estimated', ok: '' },
}

/** The value by hour with what each stretch made below it. */
export function ValueChart({ data }: { readonly data: Dashboard }) {
  const { history, bars } = data
  const { zone } = useSettings()
  const amount = useAmountText()
  const axis = useAxisText()
  const words = useWords(data)
  const option = useCallback(
    (look: ChartLook) =>
      valueChart({
        ...{ history, bars, look, axis, words },
      }),
    [history, bars, axis, words],
  )
  return (
    <>
      <Chart
        title={history.index === undefined ? 'Value and PnL' : 'Value in per cent of the first'}
        description={
          history.index === undefined
            ? `The value of the portfolio by hour, and below it what it made in each ${spanWords(bars.span)}.`
            : 'The value of the portfolio by hour, in per cent of its first.'
        }
        height={356}
        option={option}
        points={history.time.length}
        readout={(index) => words(index).replaceAll('\n', ', ')}
        table={{
          head: [
            'Time',
            'Value',
            ...(history.index === undefined ? ['PnL since the row above'] : []),
            'Priced',
          ],
          rows: () =>
            history.time.map((at, index) => [
              ...[time(at, zone), valueWords(data, index, amount)],
              ...(history.index === undefined ? [amount(history.step[index] ?? null, 'pnl')] : []),
              priced(data, index),
            ]),
        }}
      />
      <Key data={data} />
    </>
  )
}

const spanWords = (hours: number): string =>
  hours === 1 ? 'hour' : hours === 24 ? 'day' : `${String(hours)} hours`

function priced({ history }: Dashboard, index: number): string {
  const quality = QUALITY_WORDS[history.quality[index] ?? 'missing']
  return [share(history.coverage[index] ?? 0), quality].filter((text) => text !== '').join(', ')
}

/** An amount; where those are hidden, the part of the first that it is. */
function valueWords(
  { history: { value, index } }: Dashboard,
  point: number,
  amount: (value: string | null) => string,
): string {
  if (index === undefined) return amount(value[point] ?? null)
  const part = index[point] ?? null
  return part === null ? MISSING : `${ratio(part)} of the first`
}

/** A point in words: tooltip and readout say the same. */
function useWords(data: Dashboard): (point: number) => string {
  const { zone } = useSettings()
  const amount = useAmountText()
  const ends = useMemo(() => data.bars.time.map((end) => Date.parse(end)), [data.bars])
  return useCallback(
    (point) => {
      const { history, bars } = data
      const at = history.time[point]
      if (at === undefined) return ''
      const bar = point === 0 ? -1 : firstFrom(ends, Date.parse(at))
      const coverage = history.coverage[point] ?? 0
      const quality = QUALITY_WORDS[history.quality[point] ?? 'missing']
      return [
        time(at, zone),
        `Value ${valueWords(data, point, amount)}`,
        ...(bars.time[bar] === undefined || history.index !== undefined
          ? []
          : [`PnL of the ${spanWords(bars.span)} ${amount(bars.pnl[bar] ?? null, 'pnl')}`]),
        ...(history.index === undefined
          ? [`PnL of the range ${amount(history.pnl[point] ?? null, 'pnl')}`]
          : []),
        ...(coverage < 1 ? [`${share(coverage)} of it priced`] : []),
        ...(quality === '' ? [] : [quality]),
      ].join('\n')
    },
    [data, ends, zone, amount],
  )
}

/** What dashes and marks mean, where there are any. */
function Key({ data: { history, bars } }: { readonly data: Dashboard }) {
  const has = (quality: Quality): boolean => history.quality.includes(quality)
  const dashed = has('carried') || has('missing') || history.coverage.some((part) => part < 1)
  return (
    <p className={`small soft ${styles.key ?? ''}`}>
      {history.index === undefined ? <span>Bars: PnL of each {spanWords(bars.span)}</span> : null}
      {dashed ? (
        <span>
          <span aria-hidden="true" className={styles.dashed} /> a price is carried over or missing
        </span>
      ) : null}
      {has('estimated') ? (
        <span>
          <span aria-hidden="true" className={styles.strip} /> a price is estimated
        </span>
      ) : null}
    </p>
  )
}
