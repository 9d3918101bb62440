import { useState } from 'react'
import { download } from '../../api/api.ts'
import type { Answer } from '../../api/types.ts'
import { useApi } from '../../api/use-api.ts'
import { usePlace } from '../../shell/place.ts'
import { Choice } from '../../ui/Choice.tsx'
import { Money, Quantity } from '../../ui/Figure.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { save } from '../../ui/save.ts'
import { SaveButton } from '../../ui/SaveButton.tsx'
import { Table, type Column } from '../../ui/Table.tsx'
import { toast } from '../../ui/toast.tsx'
import { Disposals } from './Disposals.tsx'
import { useLotSettings } from './settings.ts'

type Document = Answer<'GET /portfolio/gains'>
type Gain = Document['gains'][number]
type Year = Document['years'][number]

const COLUMNS = [
  { key: 'gains', label: 'Gains, part by part' },
  { key: '8949', label: 'Form 8949' },
  { key: 'koinly', label: 'As Koinly' },
  { key: 'lots', label: 'Lots' },
] as const
type Columns = (typeof COLUMNS)[number]['key']

/** What was realised, by year, asset and term, down to each disposal. */
export function Gains({ portfolio }: { readonly portfolio: string | null }) {
  const { params, change } = usePlace()
  const { method, scope } = useLotSettings()
  const answer = useApi(
    'GET /portfolio/gains',
    { query: { portfolio: portfolio ?? undefined, method, scope } },
    { enabled: portfolio !== null },
  )
  const years = answer.data?.years ?? []
  const wanted = Number(params.get('year') ?? NaN)
  const year = years.some((one) => one.year === wanted) ? wanted : (years.at(-1)?.year ?? null)
  const choices = years.map((one) => ({ key: String(one.year), label: String(one.year) })).reverse()
  return (
    <>
      <Panel
        title="Gains by year"
        query={answer}
        asOf={answer.data?.asOf}
        height="160px"
        flush
        actions={<Files portfolio={portfolio} year={year} />}
      >
        <Table
          caption="What each year realised"
          columns={YEARS}
          rows={years}
          keyOf={(one) => String(one.year)}
          sort={{ id: 'year', desc: true }}
          onOpen={(one) => change({ year: String(one.year) })}
          empty="Nothing was sold, earned or paid yet."
        />
      </Panel>
      {year === null ? null : (
        <>
          <Panel
            title={`${String(year)} by asset and term`}
            query={answer}
            flush
            actions={
              <Choice
                label="Year"
                options={choices}
                value={String(year)}
                onChange={(key) => change({ year: key })}
              />
            }
          >
            <Table
              caption={`Gains of ${String(year)} by asset and term`}
              columns={GAINS}
              rows={(answer.data?.gains ?? []).filter((row) => row.year === year)}
              keyOf={(row) => `${row.asset} ${row.term}`}
              sort={{ id: 'gain', desc: true }}
              empty="Nothing was disposed of in this year."
            />
          </Panel>
          <Disposals portfolio={portfolio} year={year} />
        </>
      )}
    </>
  )
}

function Files({ portfolio, year }: { readonly portfolio: string | null; readonly year: number | null }) {
  const { method, scope } = useLotSettings()
  const [columns, setColumns] = useState<Columns>('gains')
  const [busy, setBusy] = useState(false)
  const get = async (): Promise<void> => {
    setBusy(true)
    try {
      const query = { what: 'gains', columns, method, scope, portfolio: portfolio ?? undefined } as const
      const { blob, name } = await download('GET /export', {
        query: { ...query, ...(year === null || columns === 'lots' ? {} : { year }) },
      })
      save(blob, name)
    } catch (error) {
      toast((error as Error).message, 'bad')
    }
    setBusy(false)
  }
  return (
    <>
      <label className="row small">
        <span className="soft">Columns</span>
        <select value={columns} onChange={(event) => setColumns(event.currentTarget.value as Columns)}>
          {COLUMNS.map(({ key, label }) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <SaveButton busy={busy} onSave={() => void get()}>
        Download {columns === 'lots' ? 'lots' : (year ?? 'all')} as CSV
      </SaveButton>
    </>
  )
}

const made = (id: keyof Year, header: string): Column<Year> => ({
  ...{ id, header, align: 'right', value: (row) => String(row[id]) },
  cell: (row) => <Money value={String(row[id])} kind="pnl" arrow={false} />,
})

const YEARS: readonly Column<Year>[] = [
  { id: 'year', header: 'Year', value: ({ year }) => year, isName: true, cell: ({ year }) => year },
  made('realisedShort', 'Realised, short'),
  made('realisedLong', 'Realised, long'),
  made('realised', 'Realised'),
  made('income', 'Income'),
  {
    ...{ id: 'costs', header: 'Fees and costs', align: 'right', value: ({ costs }) => costs },
    cell: ({ costs }) => <Money value={costs} kind="paid" />,
  },
  {
    ...{ id: 'unproven', header: 'Unproven', align: 'right', value: ({ unproven }) => unproven },
    cell: ({ unproven }) => <Money value={unproven} kind="paid" />,
  },
  {
    ...{ id: 'partial', header: 'Complete', value: ({ partial }) => (partial ? 'no' : 'yes') },
    cell: ({ partial }) => (partial ? '! leaves out what has no price' : '✓'),
  },
]

const NO_PRICE = 'a part of it has no price'
const GAINS: readonly Column<Gain>[] = [
  { id: 'asset', header: 'Asset', value: ({ asset }) => asset, isName: true, cell: ({ asset }) => asset },
  { id: 'term', header: 'Term', value: ({ term }) => term, cell: ({ term }) => term },
  {
    id: 'count',
    header: 'Disposals',
    value: ({ disposals }) => disposals,
    align: 'right',
    cell: ({ disposals }) => disposals,
  },
  {
    ...{ id: 'quantity', header: 'Quantity', value: ({ quantity }) => quantity, align: 'right' },
    cell: ({ quantity }) => <Quantity value={quantity} />,
  },
  {
    ...{ id: 'proceeds', header: 'Proceeds', value: ({ proceeds }) => proceeds, align: 'right' },
    cell: ({ proceeds }) => <Money value={proceeds} kind="paid" reason={NO_PRICE} />,
  },
  {
    ...{ id: 'cost', header: 'Cost', value: ({ cost }) => cost, align: 'right' },
    cell: ({ cost }) => <Money value={cost} kind="paid" reason={NO_PRICE} />,
  },
  {
    ...{ id: 'gain', header: 'Gain', value: ({ gain }) => gain, align: 'right' },
    cell: ({ gain }) => <Money value={gain} kind="pnl" arrow={false} reason={NO_PRICE} />,
  },
  {
    ...{ id: 'unproven', header: 'Unproven', value: ({ unproven }) => unproven, align: 'right' },
    cell: ({ unproven }) => <Money value={unproven} kind="paid" reason={NO_PRICE} />,
  },
]
