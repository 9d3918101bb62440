import { useState } from 'react'
import { Link } from 'wouter'
import { age, time } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { assetPath } from '../../shell/routes.ts'
import { Panel, type PanelQuery } from '../../ui/Panel.tsx'
import { Table, type Column } from '../../ui/Table.tsx'
import { Tabs } from '../../ui/Tabs.tsx'
import { useNow } from '../../ui/use-now.ts'
import styles from './Data.module.css'
import { hoursOf, parted, reasonOf, searched, type Gap } from './gaps.ts'

type View = 'missing' | 'disputed'

/** Hours without a price, and hours in which two sources do not agree. */
export function Gaps({
  query,
  gaps,
  total,
}: {
  readonly query: PanelQuery
  readonly gaps: readonly Gap[]
  /** Of those there are, where not all were sent. */
  readonly total: number | null
}) {
  const [view, setView] = useState<View>('missing')
  const [search, setSearch] = useState('')
  const parts = parted(gaps)
  const { zone } = useSettings()
  const now = useNow()
  return (
    <Panel
      title="Gaps"
      query={query}
      height="220px"
      partial={
        total === null || total <= gaps.length ? null : (
          <span className="small">
            The first {gaps.length.toLocaleString('en')} of {total.toLocaleString('en')}; search for an asset
            with <code>tidemark gaps</code> to see others.
          </span>
        )
      }
      actions={
        <label className="row">
          <span className="hidden">Search for an asset or provider</span>
          <input
            type="search"
            placeholder="Asset or provider"
            value={search}
            onChange={({ target }) => setSearch(target.value)}
          />
        </label>
      }
    >
      <Tabs
        label="Gaps"
        value={view}
        onChange={setView}
        tabs={[
          { key: 'missing', label: `Without a price (${String(parts.missing.length)})` },
          { key: 'disputed', label: `Disputed (${String(parts.disputed.length)})` },
        ]}
      >
        {view === 'disputed' ? (
          <p className="small soft">
            These hours have a price. Two sources are further apart than they should be: compare them on the
            page of the asset.
          </p>
        ) : null}
        <Table
          caption={view === 'missing' ? 'Hours without a price' : 'Hours in which sources do not agree'}
          columns={columnsOf(zone, now)}
          rows={searched(parts[view], search)}
          keyOf={({ asset, quote, provider, from }) => `${asset} ${quote} ${provider} ${from}`}
          sort={{ id: 'from', desc: true }}
          maxHeight="480px"
          empty={search === '' ? 'None.' : 'None of that name.'}
        />
      </Tabs>
    </Panel>
  )
}

function columnsOf(zone: string | null, now: number): readonly Column<Gap>[] {
  return [
    {
      ...{ id: 'asset', header: 'Asset', value: ({ asset }) => asset, isName: true },
      cell: ({ asset }) => <Link href={assetPath(asset)}>{asset}</Link>,
    },
    {
      ...{ id: 'from', header: 'From', value: ({ from }) => from },
      cell: ({ from }) => (
        <time className="num" dateTime={from}>
          {time(from, zone, 'moment')}
        </time>
      ),
    },
    {
      ...{ id: 'hours', header: 'Hours', value: hoursOf, align: 'right' },
      cell: (gap) => hoursOf(gap).toLocaleString('en'),
    },
    {
      ...{ id: 'provider', header: 'Provider', value: ({ provider }) => provider },
      cell: ({ provider }) => provider,
    },
    {
      ...{ id: 'reason', header: 'Why', value: reasonOf },
      cell: (gap) => (
        <span className={styles.words} title={gap.message}>
          {reasonOf(gap)}
        </span>
      ),
    },
    {
      ...{ id: 'tried', header: 'Last tried', value: ({ tried }) => tried },
      cell: ({ tried, tries }) => (
        <time className="num" dateTime={tried} title={`${time(tried, zone)}, tried ${String(tries)} times`}>
          {age(tried, now)}
        </time>
      ),
    },
  ]
}
