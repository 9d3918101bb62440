import { useState } from 'react'
import { stamp } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { Price, Quantity } from '../../ui/Figure.tsx'
import { Table, type Column } from '../../ui/Table.tsx'
import { planOf, sortedFaults, type Preview } from './import.ts'
import styles from './Import.module.css'

type Row = Preview['rows'][number]

/** What a file would do: what is wrong with it first, then its rows. */
export function PreviewOf({
  name,
  preview,
  busy,
  onTake,
  onCancel,
}: {
  readonly name: string
  readonly preview: Preview
  readonly busy: boolean
  readonly onTake: (replace: boolean) => void
  readonly onCancel: () => void
}) {
  const [replace, setReplace] = useState(false)
  const { zone } = useSettings()
  const faults = sortedFaults(preview.faults)
  const { added, gone, rows } = preview
  const isReady = added !== null && (added > 0 || (replace && (gone ?? 0) > 0))
  return (
    <div className="stack">
      <div className="row">
        <strong>{name}</strong> <Badge>{preview.format}</Badge>
        {faults.length === 0 ? (
          <Badge tone="ok">✓ every row is understood</Badge>
        ) : (
          <Badge tone="bad">
            ! {faults.length === 100 ? '100 problems or more' : problems(faults.length)}
          </Badge>
        )}
      </div>
      {faults.length === 0 ? null : (
        <ul className={styles.faults} aria-label="Problems" tabIndex={0}>
          {faults.map(({ line, field, text }, index) => (
            <li key={`${String(index)} ${text}`}>
              {line === null ? null : <strong>line {line} </strong>}
              {field === null ? null : <code>{field}</code>} {text}
            </li>
          ))}
        </ul>
      )}
      <p role="status">{planOf(preview)}</p>
      {(gone ?? 0) > 0 ? (
        <label className="row">
          <input
            type="checkbox"
            checked={replace}
            onChange={(event) => setReplace(event.currentTarget.checked)}
          />
          Take away the rows that are no longer in it; their old version is kept
        </label>
      ) : null}
      <div className="row">
        <Button look="main" busy={busy} disabled={!isReady} onClick={() => onTake(replace)}>
          {added === null || added === 0
            ? 'Import'
            : `Import ${added.toLocaleString('en-US')} ${added === 1 ? 'row' : 'rows'}`}
        </Button>
        <Button disabled={busy} onClick={onCancel}>
          Cancel
        </Button>
      </div>
      <Table
        caption={`Rows of ${name}`}
        columns={columnsOf(zone)}
        rows={rows}
        keyOf={({ id }) => id}
        maxHeight="50vh"
        empty={
          added === null
            ? 'Its rows are shown as soon as what is listed is mended.'
            : 'There is no row in it.'
        }
      />
      {rows.length < 1_000 ? null : <p className="small soft">These are its first 1,000 rows.</p>}
    </div>
  )
}

const problems = (count: number): string => (count === 1 ? '1 problem' : `${String(count)} problems`)

const columnsOf = (zone: string | null): readonly Column<Row>[] => [
  {
    id: 'line',
    header: 'Line',
    value: ({ line }) => line,
    align: 'right',
    width: '72px',
    cell: ({ line }) => line ?? '—',
  },
  {
    id: 'time',
    header: 'Time',
    value: ({ time }) => time,
    width: '150px',
    isName: true,
    cell: ({ time }) => <span className="num">{stamp(time, zone)}</span>,
  },
  { id: 'kind', header: 'Kind', value: ({ kind }) => kind, cell: ({ kind }) => kind },
  { id: 'asset', header: 'Asset', value: ({ asset }) => asset, cell: ({ asset }) => asset },
  {
    ...{ id: 'quantity', header: 'Quantity', value: ({ quantity }) => quantity, align: 'right' },
    cell: ({ quantity }) => <Quantity value={quantity} signed />,
  },
  {
    ...{ id: 'price', header: 'Price', value: ({ unitPrice }) => unitPrice, align: 'right' },
    cell: ({ unitPrice, priceCurrency }) => (
      <Price
        value={unitPrice}
        {...(priceCurrency === null ? {} : { currency: priceCurrency })}
        plain
        own
        reason="the row names none"
      />
    ),
  },
  {
    ...{ id: 'fee', header: 'Fee', value: ({ fee }) => fee, align: 'right' },
    cell: ({ fee, feeAsset }) => (fee === null ? '' : <Quantity value={fee} unit={feeAsset ?? ''} />),
  },
  { id: 'wallet', header: 'Wallet', value: ({ wallet }) => wallet, cell: ({ wallet }) => wallet },
  { id: 'tx', header: 'Tx', cell: ({ tx }) => tx ?? '' },
  { id: 'note', header: 'Note', cell: ({ note }) => note },
]
