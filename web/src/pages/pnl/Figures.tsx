import { memo, type ReactNode } from 'react'
import { Change, Money, Price, Quantity } from '../../ui/Figure.tsx'
import { ageOf, reasonAt, type Pnl } from './rows.ts'
import { figureOf, type Measure, type Series } from './table.ts'

type Props = {
  readonly pnl: Pnl
  readonly series: Series
  readonly measure: Measure
  readonly row: number
  readonly marks: readonly number[]
}

/** One figure of the table. What is missing says why. Kept while the table moves under it. */
export const PnlFigure = memo(function PnlFigure(props: Props): ReactNode {
  const { pnl, series, measure, row, marks } = props
  const value = figureOf(series, measure, row, marks)
  if (value === undefined) return null
  const index = marks[row] ?? -1
  const quality = series.quality[index] ?? 'missing'
  const source = series.source?.[index]
  const reason = value === null ? missingReason(pnl, series, measure, row, index) : undefined
  const made = { value, arrow: false, ...(reason === undefined ? {} : { reason }) }
  switch (measure) {
    case 'step':
    case 'pnl':
      return <Money {...made} kind="pnl" />
    case 'percent':
      return <Change {...made} value={series.fractions[index] ?? null} />
    case 'quantity':
      return <Quantity value={value} {...(reason === undefined ? {} : { reason })} />
    case 'mark':
      return (
        <Price
          value={value}
          quality={quality}
          age={ageOf(source)}
          plain
          {...(reason === undefined ? {} : { reason })}
        />
      )
    case 'value':
      return (
        <Money
          value={value}
          quality={quality}
          age={ageOf(source)}
          {...(reason === undefined ? {} : { reason })}
        />
      )
  }
})

function missingReason(pnl: Pnl, series: Series, measure: Measure, row: number, index: number): string {
  if (measure === 'step' && row === 0) return 'the range begins here'
  if (measure === 'percent' && (series.pnl[index] ?? null) !== null)
    return 'nothing was put in to measure it by'
  if (series.asset === null) return 'nothing held has a price'
  return reasonAt(pnl, series.asset, pnl.hours[index] ?? '')
}
