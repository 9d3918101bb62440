import { save } from '../../ui/save.ts'
import { SaveButton } from '../../ui/SaveButton.tsx'
import { csvOf } from './csv.ts'
import type { Pnl } from './rows.ts'
import type { Series } from './table.ts'

/** The rows that are shown, as a file. */
export function Download(props: {
  readonly pnl: Pnl
  readonly marks: readonly number[]
  readonly series: readonly Series[]
}) {
  const { pnl, marks, series } = props
  const name = `tidemark-pnl-${pnl.from.slice(0, 10)}-${pnl.to.slice(0, 10)}.csv`
  return (
    <SaveButton onSave={() => save(new Blob([csvOf(pnl, marks, series)], { type: 'text/csv' }), name)}>
      Download CSV
    </SaveButton>
  )
}
