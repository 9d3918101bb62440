import { useState } from 'react'
import { Link } from 'wouter'
import { useMay } from '../../api/use-me.ts'
import { time } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { assetPath } from '../../shell/routes.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Button } from '../../ui/Button.tsx'
import { Price } from '../../ui/Figure.tsx'
import { Panel, type PanelQuery } from '../../ui/Panel.tsx'
import { Table, type Column } from '../../ui/Table.tsx'
import styles from './Data.module.css'
import { DecideSuspect, type Decision } from './DecideSuspect.tsx'
import { byUrgency, isOpen, stateOf, type Suspect } from './gaps.ts'

/** Samples that were kept aside, for somebody to say what they are. */
export function Suspects({
  query,
  suspects,
}: {
  readonly query: PanelQuery
  readonly suspects: readonly Suspect[]
}) {
  const mayDecide = useMay('admin')
  const { zone } = useSettings()
  const [decision, setDecision] = useState<Decision | null>(null)
  return (
    <Panel title="Prices that look wrong" query={query} height="80px" flush>
      <Table
        caption="Samples that were kept aside"
        columns={columnsOf(zone, mayDecide ? setDecision : null)}
        rows={byUrgency(suspects)}
        keyOf={({ asset, quote, provider, time: at }) => `${asset} ${quote} ${provider} ${at}`}
        maxHeight="420px"
        empty="No sample is kept aside."
      />
      <DecideSuspect decision={decision} onClose={() => setDecision(null)} />
    </Panel>
  )
}

function columnsOf(
  zone: string | null,
  onDecide: ((decision: Decision) => void) | null,
): readonly Column<Suspect>[] {
  const columns: readonly Column<Suspect>[] = [
    {
      ...{ id: 'asset', header: 'Asset', value: ({ asset }) => asset, isName: true },
      cell: ({ asset }) => <Link href={assetPath(asset)}>{asset}</Link>,
    },
    {
      ...{ id: 'time', header: 'Time', value: ({ time: at }) => at },
      cell: ({ time: at }) => (
        <time className="num" dateTime={at}>
          {time(at, zone)}
        </time>
      ),
    },
    {
      ...{ id: 'price', header: 'Price', align: 'right' },
      cell: ({ price, quote }) => <SamplePrice price={price} quote={quote} />,
    },
    {
      ...{ id: 'provider', header: 'Provider', value: ({ provider }) => provider },
      cell: (row) => row.provider,
    },
    {
      ...{ id: 'reason', header: 'Why' },
      cell: ({ reason }) => <span className={styles.words}>{reason}</span>,
    },
    {
      ...{ id: 'state', header: 'State', value: ({ state }) => state },
      cell: (row) => <Badge tone={isOpen(row.state) ? 'warn' : 'plain'}>{stateOf(row)}</Badge>,
    },
  ]
  if (onDecide === null) return columns
  const actions: Column<Suspect> = {
    ...{ id: 'actions', header: <span className="hidden">Decide</span>, align: 'right' },
    cell: (suspect) => (
      <span className={styles.actions}>
        <Button
          label={`Accept ${suspect.price} for ${suspect.asset}`}
          disabled={suspect.state === 'accepted'}
          onClick={() => onDecide({ suspect, take: true })}
        >
          Accept
        </Button>
        <Button
          label={`Reject ${suspect.price} for ${suspect.asset}`}
          disabled={suspect.state === 'rejected'}
          onClick={() => onDecide({ suspect, take: false })}
        >
          Reject
        </Button>
      </span>
    ),
  }
  return [...columns, actions]
}

/** As the provider sent it: that may be no number at all. */
function SamplePrice({ price, quote }: { readonly price: string; readonly quote: string }) {
  if (/^-?\d+(\.\d+)?$/.test(price)) return <Price value={price} currency={quote} plain />
  return <code>{price.slice(0, 40)}</code>
}
