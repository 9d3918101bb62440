import type { LotView } from '#pipeline/lots/view.ts'
import { renderTable, type TableOptions } from '../table.ts'
import { moneyOf, signedOf } from './cells.ts'
import { headline, NO_ADVICE } from './table.ts'

/** Several methods and scopes side by side. */
export function renderComparison(views: readonly LotView[], options: TableOptions): string {
  const [first] = views
  if (first === undefined) return ''
  const columns = ['method', 'scope', 'short', 'long', 'realised', 'unrealised', 'costs', 'problems'].map(
    (head, at) => ({ head, align: at < 2 ? ('left' as const) : ('right' as const) }),
  )
  const rows = views.map(({ settings, report }) => {
    const { realisedShort, realisedLong, realised, unrealised, costs } = report.total
    return [
      settings.method,
      settings.walletFrom === null ? settings.scope : 'pooled, then wallet',
      signedOf(realisedShort),
      signedOf(realisedLong),
      signedOf(realised),
      signedOf(unrealised),
      moneyOf(costs),
      String(report.problems.length),
    ]
  })
  return `${headline(first, options, ['methods side by side'])}\n\n${renderTable(columns, rows, options)}\n\n${NO_ADVICE}`
}
