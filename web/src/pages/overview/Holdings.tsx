import { useState, useSyncExternalStore } from 'react'
import { Link, useLocation } from 'wouter'
import { assetPath } from '../../shell/routes.ts'
import { changeSettings, useSettings } from '../../settings/settings.ts'
import { Change, Money, Price, Quantity, Share } from '../../ui/Figure.tsx'
import { Panel, type PanelQuery } from '../../ui/Panel.tsx'
import { Table, type Column } from '../../ui/Table.tsx'
import { ageOfMark, shortId, shownHoldings, type Holding } from './parts.ts'
import styles from './Holdings.module.css'

const place = ({ wallet, label, chain }: Holding): string =>
  [label ?? shortId(wallet), chain].filter((text) => text !== '').join(' · ')

const ASSET: Column<Holding> = {
  ...{ id: 'asset', header: 'Asset', value: ({ symbol }) => symbol, isName: true },
  cell: (row) => (
    <span className={styles.asset}>
      <bdi>
        <Link href={assetPath(row.asset)}>{shortId(row.symbol)}</Link>{' '}
        {row.symbol === row.asset ? null : <span className="soft small">{shortId(row.asset)}</span>}
      </bdi>
      <bdi className="soft small">{place(row)}</bdi>
    </span>
  ),
}
const QUANTITY: Column<Holding> = {
  ...{ id: 'quantity', header: 'Amount', value: ({ quantity }) => quantity, align: 'right' },
  cell: ({ quantity }) => <Quantity value={quantity} aligned />,
}
const PRICE: Column<Holding> = {
  ...{ id: 'price', header: 'Price', value: ({ mark }) => mark, align: 'right' },
  cell: ({ mark, quality, source }) => <Price value={mark} quality={quality} age={ageOfMark(source)} plain />,
}
const VALUE: Column<Holding> = {
  ...{ id: 'value', header: 'Value', value: ({ value }) => value, align: 'right' },
  cell: ({ value, quality, lastMark, readAt }) => (
    <Money
      value={value}
      reason={
        value !== null ? undefined : lastMark === null ? 'it never had a price' : 'its price is too old'
      }
      {...(readAt === null ? {} : { quality })}
    />
  ),
}
const SHARE: Column<Holding> = {
  ...{ id: 'share', header: 'Share', value: ({ share }) => share, align: 'right' },
  cell: ({ share, value }) => (
    <Share value={share} reason={value?.startsWith('-') === true ? 'a debt is no part of it' : undefined} />
  ),
}
const CHANGE: Column<Holding> = {
  ...{ id: 'change', header: 'PnL %', value: ({ fraction }) => fraction, align: 'right' },
  cell: ({ fraction }) => <Change value={fraction} reason="there is nothing to compare with" />,
}
const WIDE = [ASSET, QUANTITY, PRICE, VALUE, SHARE, CHANGE]
/** Where there is little room, what people look for first stands first; the rest is a swipe away. */
const NARROW = [ASSET, VALUE, CHANGE, PRICE, QUANTITY, SHARE]

/** Everything that is held, to sort, look through and open. */
export function Holdings({
  query,
  holdings,
  asOf,
}: {
  readonly query: PanelQuery
  readonly holdings: readonly Holding[] | undefined
  readonly asOf: string | undefined
}) {
  const [text, setText] = useState('')
  const { hideSmall } = useSettings()
  const narrow = useNarrow()
  const [, navigate] = useLocation()
  const { rows, hidden } = shownHoldings(holdings ?? [], { text, hideSmall })
  const { hidden: small } = shownHoldings(holdings ?? [], { text, hideSmall: true })
  return (
    <Panel
      title="Holdings"
      query={query}
      asOf={asOf}
      height="300px"
      flush
      actions={
        <>
          <label className={`small ${styles.small ?? ''}`}>
            <input
              type="checkbox"
              checked={hideSmall}
              onChange={({ target }) => changeSettings({ hideSmall: target.checked })}
            />
            Hide small{small === 0 ? '' : ` (${String(small)})`}
          </label>
          <input
            type="search"
            aria-label="Filter holdings"
            placeholder="Filter"
            className={styles.filter}
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        </>
      }
    >
      <Table
        caption="What is held"
        columns={narrow ? NARROW : WIDE}
        rows={rows}
        keyOf={({ asset, wallet, chain }) => `${asset} ${wallet} ${chain}`}
        sort={{ id: 'value', desc: true }}
        onOpen={({ asset }) => navigate(assetPath(asset))}
        empty={text === '' ? 'Nothing is held.' : `Nothing here is called “${text}”.`}
      />
      {hidden === 0 ? null : (
        <p className={`small soft ${styles.hidden ?? ''}`}>
          {String(hidden)} {hidden === 1 ? 'holding' : 'holdings'} worth less than 1 hidden.
        </p>
      )}
    </Panel>
  )
}

const narrow = matchMedia('(max-width: 640px)')
function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      narrow.addEventListener('change', listener)
      return () => narrow.removeEventListener('change', listener)
    },
    () => narrow.matches,
  )
}
