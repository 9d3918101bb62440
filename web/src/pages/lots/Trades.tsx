import { useState } from 'react'
import { Link } from 'wouter'
import type { Answer } from '../../api/types.ts'
import { useApi } from '../../api/use-api.ts'
import { stamp, zoneName } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { usePlace } from '../../shell/place.ts'
import { assetPath } from '../../shell/routes.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { Money, Price, Quantity } from '../../ui/Figure.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { Table, type Column } from '../../ui/Table.tsx'
import { useLotSettings } from './settings.ts'

type Trade = Answer<'GET /trades'>['rows'][number]
const PAGE = 100

/** Every flow with what it was worth and what it realised, newest first, a page at a time. */
export function Trades({ portfolio }: { readonly portfolio: string | null }) {
  const { zone } = useSettings()
  const { change } = usePlace()
  const { method, scope } = useLotSettings()
  const [cursors, setCursors] = useState<readonly string[]>([])
  const cursor = cursors.at(-1)
  const answer = useApi(
    'GET /trades',
    { query: { portfolio: portfolio ?? undefined, limit: PAGE, cursor, method, scope } },
    { enabled: portfolio !== null },
  )
  const { data } = answer
  const first = cursors.length * PAGE
  const next = data?.next ?? null
  return (
    <Panel
      title="Trades"
      query={answer}
      asOf={data?.asOf}
      height="320px"
      flush
      actions={
        data === undefined || data.total === null ? null : (
          <>
            <span className="small soft num">
              {data.total === 0
                ? 'none'
                : `${count(first + 1)}–${count(first + data.rows.length)} of ${count(data.total)}`}
            </span>
            <Button disabled={cursor === undefined} onClick={() => setCursors(cursors.slice(0, -1))}>
              Newer
            </Button>
            <Button
              disabled={next === null || answer.isPlaceholderData}
              onClick={() => next !== null && setCursors([...cursors, next])}
            >
              Older
            </Button>
          </>
        )
      }
    >
      <Table
        key={cursor ?? ''}
        caption="Every trade, newest first"
        columns={columnsOf(zone, data?.asOf ?? '')}
        rows={data?.rows ?? []}
        keyOf={({ flow }) => flow}
        onOpen={({ flow }) => change({ trail: flow })}
        maxHeight="70vh"
        empty="No trade yet: import a file above, or add a wallet whose history is read."
      />
    </Panel>
  )
}

const count = (number: number): string => number.toLocaleString('en-US')

function columnsOf(zone: string | null, now: string): readonly Column<Trade>[] {
  return [
    {
      ...{
        id: 'time',
        header: now === '' ? 'Time' : `Time (${zoneName(now, zone)})`,
        isName: true,
        width: '160px',
      },
      cell: ({ time }) => <span className="num">{stamp(time, zone)}</span>,
    },
    { id: 'kind', header: 'Kind', cell: ({ kind }) => kind },
    { id: 'asset', header: 'Asset', cell: ({ asset }) => <Link href={assetPath(asset)}>{asset}</Link> },
    {
      ...{ id: 'quantity', header: 'Quantity', align: 'right' },
      cell: ({ quantity }) => <Quantity value={quantity} signed />,
    },
    {
      ...{ id: 'price', header: 'Own price', align: 'right' },
      cell: ({ unitPrice, priceCurrency }) => (
        <Price
          {...{ value: unitPrice, plain: true, own: true, reason: 'the row names none' }}
          {...(priceCurrency === null ? {} : { currency: priceCurrency })}
        />
      ),
    },
    {
      ...{ id: 'value', header: 'Value', align: 'right' },
      cell: ({ value, quality, basis }) => (
        <Money
          value={value}
          kind="paid"
          quality={quality}
          {...(value === null ? { reason: `nothing values it: by ${basis}` } : {})}
        />
      ),
    },
    {
      ...{ id: 'fee', header: 'Fee', align: 'right' },
      cell: ({ fee, feeAsset }) =>
        fee === null ? null : feeAsset === null ? (
          <Money value={fee} kind="paid" />
        ) : (
          <Quantity value={fee} unit={feeAsset} />
        ),
    },
    {
      ...{ id: 'gain', header: 'Gain', align: 'right' },
      cell: ({ gain, unproven }) =>
        gain === null ? null : (
          <>
            <Money value={gain} kind="pnl" arrow={false} />
            {unproven === '0' ? null : (
              <>
                <br />
                <Badge tone="warn" title="No documented cost: it counts as 0">
                  unproven
                </Badge>
              </>
            )}
          </>
        ),
    },
    { id: 'wallet', header: 'Wallet', cell: ({ wallet, label }) => <Short text={label ?? wallet} /> },
    { id: 'source', header: 'From', cell: ({ source }) => <Short text={source} /> },
  ]
}

/** Addresses and hashes by their ends; all of it on hover and to those who listen. */
export function Short({ text }: { readonly text: string }) {
  if (text.length <= 24) return <span className="small">{text}</span>
  return (
    <span className="small" title={text}>
      <span aria-hidden="true">
        {text.slice(0, 12)}…{text.slice(-8)}
      </span>
      <span className="hidden">{text}</span>
    </span>
  )
}
