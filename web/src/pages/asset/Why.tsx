import { useCallback } from 'react'
import { useAxisText } from '../../charts/axis-text.ts'
import { Chart } from '../../charts/Chart.tsx'
import { useChartLook, type ChartLook } from '../../charts/look.ts'
import { time } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { Money, useAmountText } from '../../ui/Figure.tsx'
import { lastKnown, partsIn, partsOf, type Page, type Token } from './parts.ts'
import { partsChart, waterfallChart } from './why-charts.ts'
import styles from './Asset.module.css'

/** Why the PnL of the range is what it is: part by part. */
export function Waterfall({ token }: { readonly token: Token }) {
  const amount = useAmountText()
  const axis = useAxisText()
  const made = lastKnown(token.pnl)
  const words = useCallback(
    (index: number) => {
      const part = partsOf(token)[index]
      if (part === undefined) return `PnL ${amount(lastKnown(token.pnl), 'pnl')}`
      return `${part.name} ${amount(token.attribution[part.key], 'pnl')}\n${part.what}`
    },
    [token, amount],
  )
  const option = useCallback(
    (look: ChartLook) => waterfallChart(token, partsOf(token), { look, axis, words }),
    [token, axis, words],
  )
  const parts = partsOf(token)
  if (parts.length === 0) return <p className="soft">Nothing was made or lost.</p>
  return (
    <>
      <Chart
        title="Attribution"
        description="From nothing to the PnL of the range, part by part."
        height={240}
        option={option}
        points={parts.length + 1}
        readout={(index) => words(index).replaceAll('\n', ', ')}
        table={{
          head: ['Part', 'PnL', 'What it is'],
          rows: () => [
            ...parts.map(({ key, name, what }) => [name, amount(token.attribution[key], 'pnl'), what]),
            ['PnL', amount(made, 'pnl'), 'all of them'],
          ],
        }}
      />
      <dl className={`small ${styles.facts ?? ''}`}>
        <div>
          <dt className="soft">Deposits less withdrawals</dt>
          <dd>
            <Money value={token.external} kind="pnl" arrow={false} />
          </dd>
        </div>
        <div>
          <dt className="soft">Bought less sold</dt>
          <dd>
            <Money value={token.exchanged} kind="pnl" arrow={false} />
          </dd>
        </div>
      </dl>
    </>
  )
}

/** The same, stretch by stretch. */
export function Parts({ hourly }: { readonly hourly: NonNullable<Page['hourly']> }) {
  const { zone } = useSettings()
  const amount = useAmountText()
  const axis = useAxisText()
  const texts = useCallback(
    (index: number): readonly string[] =>
      [...partsIn(hourly).map(({ key }) => hourly[key][index]), hourly.pnl[index]].map((made) =>
        amount(made ?? null, 'pnl'),
      ),
    [hourly, amount],
  )
  const words = useCallback(
    (index: number) => {
      if (hourly.time[index] === undefined) return ''
      const names = [...partsIn(hourly).map(({ name }) => name), 'PnL']
      return [
        `${spanWords(hourly.span)} to ${time(hourly.time[index], zone)}`,
        ...texts(index).map((text, place) => `${names[place] ?? ''} ${text}`),
      ].join('\n')
    },
    [hourly, zone, texts],
  )
  const option = useCallback(
    (look: ChartLook) => partsChart(hourly, { look, axis, words }),
    [hourly, axis, words],
  )
  return (
    <>
      <Chart
        title="Attribution over time"
        description={`What each ${spanWords(hourly.span)} made, part by part.`}
        height={240}
        group="asset"
        option={option}
        points={hourly.time.length}
        readout={(index) => words(index).replaceAll('\n', ', ')}
        table={{
          head: ['Until', ...partsIn(hourly).map(({ name }) => name), 'PnL'],
          rows: () => hourly.time.map((end, index) => [time(end, zone), ...texts(index)]),
        }}
      />
      <Legend names={partsIn(hourly).map(({ name }) => name)} />
    </>
  )
}

const spanWords = (hours: number): string =>
  hours === 1 ? 'hour' : hours === 24 ? 'day' : `${String(hours)} hours`

/** Names of series beside their colours, in the order in which they lie on each other. */
export function Legend({ names }: { readonly names: readonly string[] }) {
  const { series } = useChartLook()
  return (
    <ul className={`small ${styles.legend ?? ''}`}>
      {names.map((name, place) => (
        <li key={name}>
          <span aria-hidden="true" style={{ background: series[place % series.length] }} />
          <bdi>{name}</bdi>
        </li>
      ))}
    </ul>
  )
}
