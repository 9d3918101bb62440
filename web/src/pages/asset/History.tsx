import { useCallback } from 'react'
import { useAxisText } from '../../charts/axis-text.ts'
import { Chart } from '../../charts/Chart.tsx'
import type { ChartLook } from '../../charts/look.ts'
import { price } from '../../format/price.ts'
import { MISSING } from '../../format/number.ts'
import { quantity } from '../../format/quantity.ts'
import { time } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { useCurrency } from '../../shell/currency.ts'
import { HIDDEN, useAmountText, type Quality } from '../../ui/Figure.tsx'
import { HISTORY_HEIGHT, historyChart } from './history-chart.ts'
import type { Page } from './parts.ts'

/** Every number of a point as people read it. */
function useTexts({ pnl }: Page): (point: number) => readonly [at: string, ...cells: string[]] {
  const { zone, privacy, currencyName: name } = useSettings()
  const currency = useCurrency()
  const amount = useAmountText()
  return useCallback(
    (point) => {
      const [token] = pnl.tokens
      const [mark = null, held = null] = [token?.mark[point], token?.quantity[point]]
      return [
        time(pnl.hours[point] ?? '', zone),
        mark === null ? MISSING : price(mark, { currency, name, plain: true }).text,
        amount(token?.value[point] ?? null),
        held === null ? MISSING : privacy ? HIDDEN : quantity(held).text,
        saidOf(token?.quality[point] ?? 'missing', token?.source[point] ?? null),
      ]
    },
    [pnl, zone, privacy, currency, name, amount],
  )
}

function saidOf(quality: Quality, source: string | null): string {
  if (quality === 'missing') return 'no price is known'
  return quality === 'ok' ? (source ?? '') : `${quality}${source === null ? '' : ` (${source})`}`
}

/** Price, value and quantity over the range. */
export function History({ page }: { readonly page: Page }) {
  const { pnl } = page
  const { privacy } = useSettings()
  const texts = useTexts(page)
  const priceAxis = useAxisText('price')
  const valueAxis = useAxisText()
  const words = useCallback(
    (point: number) => {
      if (pnl.hours[point] === undefined) return ''
      const [at, mark, value, held, quality] = texts(point)
      return [
        at,
        `Price ${mark ?? ''}`,
        `Value ${value ?? ''}`,
        `Quantity ${held ?? ''}`,
        quality ?? '',
      ].join('\n')
    },
    [pnl, texts],
  )
  const option = useCallback(
    (look: ChartLook) =>
      historyChart({
        ...{ pnl, look, priceAxis, valueAxis, words },
        quantityAxis: (value) => (privacy ? HIDDEN : quantity(plain(value)).text),
      }),
    [pnl, priceAxis, valueAxis, words, privacy],
  )
  return (
    <Chart
      title="Price, value and quantity"
      description={`Price, value and quantity of ${page.symbol} by hour.`}
      height={HISTORY_HEIGHT}
      group="asset"
      option={option}
      points={pnl.hours.length}
      readout={(point) => words(point).replaceAll('\n', ', ')}
      table={{
        head: ['Time', 'Price', 'Value', 'Quantity', 'Source'],
        rows: () => pnl.hours.map((_, point) => texts(point)),
      }}
    />
  )
}

/** A round number of an axis, without exponent. */
const plain = (value: number): string =>
  String(value).includes('e') ? value.toFixed(12).replace(/\.?0+$/, '') : String(value)
