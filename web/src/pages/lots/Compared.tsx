import type { Answer } from '../../api/types.ts'
import { useApi } from '../../api/use-api.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { Money } from '../../ui/Figure.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { Table, type Column } from '../../ui/Table.tsx'
import { METHODS, SCOPES, useLotSettings, type Method, type Scope } from './settings.ts'

type Result = Answer<'GET /portfolio/lots/compare'>['results'][number]

/** What each method and scope makes of the same trades. */
export function Compared({ portfolio }: { readonly portfolio: string | null }) {
  const chosen = useLotSettings()
  const answer = useApi(
    'GET /portfolio/lots/compare',
    { query: { portfolio: portfolio ?? undefined } },
    { enabled: portfolio !== null },
  )
  const isChosen = ({ method, scope }: Result): boolean => method === chosen.method && scope === chosen.scope
  const choose = ({ method, scope }: Result): void =>
    chosen.choose({ method: method as Method, scope: scope as Scope })
  return (
    <Panel
      title="Methods and scopes side by side"
      query={answer}
      asOf={answer.data?.asOf}
      height="560px"
      flush
    >
      <Table
        caption="Gains by method and scope"
        columns={columnsOf(isChosen, choose)}
        rows={answer.data?.results ?? []}
        keyOf={({ method, scope }) => `${method} ${scope}`}
      />
    </Panel>
  )
}

type Sum = 'realisedShort' | 'realisedLong' | 'realised' | 'unrealised' | 'income' | 'costs' | 'unproven'

function sum(id: Sum, header: string, kind: 'pnl' | 'paid' = 'pnl'): Column<Result> {
  return {
    ...{ id, header, align: 'right', value: (row) => row[id] },
    cell: (row) => (
      <>
        <Money value={row[id]} kind={kind} arrow={false} reason={reasonOf(row, id)} />
        {row[id] !== null && row.partial.includes(id) ? (
          <span title="leaves out what has no price"> *</span>
        ) : null}
      </>
    ),
  }
}

function reasonOf({ partial }: Result, id: Sum): string {
  return partial.includes(id) ? 'leaves out what has no price' : 'all digits are in the copy'
}

const columnsOf = (
  isChosen: (row: Result) => boolean,
  choose: (row: Result) => void,
): readonly Column<Result>[] => [
  {
    ...{ id: 'method', header: 'Method', value: ({ method }) => method, isName: true },
    cell: ({ method }) => METHODS.find(({ key }) => key === method)?.label ?? method,
  },
  {
    ...{ id: 'scope', header: 'Scope', value: ({ scope }) => scope },
    cell: ({ scope }) => SCOPES.find(({ key }) => key === scope)?.label ?? scope,
  },
  sum('realisedShort', 'Realised, short'),
  sum('realisedLong', 'Realised, long'),
  sum('realised', 'Realised'),
  sum('unrealised', 'Unrealised'),
  sum('income', 'Income', 'paid'),
  sum('costs', 'Fees and costs', 'paid'),
  sum('unproven', 'Unproven', 'paid'),
  {
    ...{ id: 'use', header: <span className="hidden">Choose</span> },
    cell: (row) =>
      isChosen(row) ? (
        <Badge tone="info">shown here</Badge>
      ) : (
        <Button look="quiet" onClick={() => choose(row)}>
          Use
          <span className="hidden">
            {' '}
            {row.method}, {row.scope}
          </span>
        </Button>
      ),
  },
]
