import { useApi } from '../../api/use-api.ts'
import { usePlace } from '../../shell/place.ts'
import { usePortfolio } from '../../shell/portfolio.ts'
import { Tabs } from '../../ui/Tabs.tsx'
import { Compared } from './Compared.tsx'
import { Gains } from './Gains.tsx'
import { Import } from './Import.tsx'
import { OpenLots } from './OpenLots.tsx'
import { METHODS, SCOPES, useLotSettings, type Method, type Scope } from './settings.ts'
import { Trades } from './Trades.tsx'
import { Trail } from './Trail.tsx'

const TABS = [
  { key: 'trades', label: 'Trades' },
  { key: 'lots', label: 'Lots' },
  { key: 'gains', label: 'Gains by year' },
  { key: 'methods', label: 'Methods' },
] as const

/** What was traded, what of it is still held, and what it realised. */
export function Lots() {
  const { name } = usePortfolio()
  const { params, change } = usePlace()
  const wanted = params.get('tab')
  const tab = TABS.find(({ key }) => key === wanted)?.key ?? 'trades'
  return (
    <>
      <h1 className="hidden">Trades and lots</h1>
      <div className="row">
        <LotSettings />
        <p className="small soft push">This is a calculation, not tax advice.</p>
      </div>
      <Tabs
        label="Trades and lots"
        tabs={TABS}
        value={tab}
        onChange={(key) => change({ tab: key === 'trades' ? null : key })}
      >
        <div className="stack">
          {tab === 'trades' ? <TradesTab portfolio={name} /> : null}
          {tab === 'lots' ? <OpenLots portfolio={name} /> : null}
          {tab === 'gains' ? <Gains portfolio={name} /> : null}
          {tab === 'methods' ? <Compared portfolio={name} /> : null}
        </div>
      </Tabs>
      <Trail portfolio={name} />
    </>
  )
}

/** Who may only look has nothing to import. */
function TradesTab({ portfolio }: { readonly portfolio: string | null }) {
  const me = useApi('GET /me', {}, { staleTime: 60_000 }).data
  const trades = <Trades key={portfolio} portfolio={portfolio} />
  if (me === undefined || me.role === 'viewer' || me.portfolios !== null) return trades
  return <Import portfolio={portfolio}>{trades}</Import>
}

function LotSettings() {
  const { method, scope, choose } = useLotSettings()
  return (
    <>
      <label className="row small">
        <span className="soft">Method</span>
        <select value={method} onChange={(event) => choose({ method: event.currentTarget.value as Method })}>
          {METHODS.map(({ key, label }) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label className="row small">
        <span className="soft">Scope</span>
        <select value={scope} onChange={(event) => choose({ scope: event.currentTarget.value as Scope })}>
          {SCOPES.map(({ key, label }) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </>
  )
}
