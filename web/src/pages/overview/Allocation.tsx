import { useState } from 'react'
import { Link } from 'wouter'
import type { Answer } from '../../api/types.ts'
import { assetPath } from '../../shell/routes.ts'
import { Bar } from '../../ui/Bar.tsx'
import { Button } from '../../ui/Button.tsx'
import { Money, Share } from '../../ui/Figure.tsx'
import { Panel, type PanelQuery } from '../../ui/Panel.tsx'
import { Tabs } from '../../ui/Tabs.tsx'
import { shortId, withOthers, type Slice } from './parts.ts'
import styles from './Lists.module.css'

type Allocation = Answer<'GET /portfolio/dashboard'>['allocation']
type Side = keyof Allocation

const SIDES: readonly { readonly key: Side; readonly label: string }[] = [
  { key: 'asset', label: 'Asset' },
  { key: 'chain', label: 'Chain' },
  { key: 'category', label: 'Category' },
  { key: 'wallet', label: 'Wallet' },
]

/** What the total is made of, by each of its sides. */
export function Allocation({
  query,
  allocation,
  asOf,
}: {
  readonly query: PanelQuery
  readonly allocation: Allocation | undefined
  readonly asOf: string | undefined
}) {
  const [side, setSide] = useState<Side>('asset')
  const [all, setAll] = useState(false)
  const slices = allocation?.[side] ?? []
  const shown = all ? slices : withOthers(slices)
  return (
    <Panel title="Allocation" query={query} asOf={asOf} height="330px">
      <Tabs label="Allocation by" tabs={SIDES} value={side} onChange={setSide}>
        <Slices slices={shown} side={side} />
        {withOthers(slices).length === slices.length ? null : (
          <Button look="quiet" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? 'Fewer' : `All ${String(slices.length)}`}
          </Button>
        )}
      </Tabs>
    </Panel>
  )
}

function Slices({ slices, side }: { readonly slices: readonly Slice[]; readonly side: Side }) {
  if (slices.length === 0) return <p className="soft">Nothing to divide here.</p>
  const most = Math.max(...slices.map(({ share }) => share ?? 0), Number.MIN_VALUE)
  return (
    <table className={styles.list}>
      <caption className="hidden">Allocation by {side}</caption>
      <thead className="hidden">
        <tr>
          <th scope="col">{side}</th>
          <th scope="col">Share</th>
          <th scope="col">Value</th>
        </tr>
      </thead>
      <tbody>
        {slices.map((slice) => (
          <tr key={slice.key}>
            <th scope="row">
              <bdi className={styles.name}>
                <Name slice={slice} side={side} />
              </bdi>
              <Bar size={(slice.share ?? 0) / most} />
            </th>
            <td>
              <Share value={slice.share} reason={isDebt(slice) ? 'a debt is no part of it' : undefined} />
            </td>
            <td>
              <Money value={slice.value} quality={slice.quality} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const isDebt = ({ value }: Slice): boolean => value?.startsWith('-') === true

function Name({ slice: { key, label }, side }: { readonly slice: Slice; readonly side: Side }) {
  if (side === 'asset' && !key.startsWith('\0')) return <Link href={assetPath(key)}>{shortId(label)}</Link>
  return <>{shortId(label)}</>
}
