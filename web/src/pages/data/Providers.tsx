import { useApi } from '../../api/use-api.ts'
import { share } from '../../format/percent.ts'
import { age, time } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { Badge } from '../../ui/Badge.tsx'
import { Panel } from '../../ui/Panel.tsx'
import { Table, type Column } from '../../ui/Table.tsx'
import { useNow } from '../../ui/use-now.ts'
import { budgetOf, standingOf, type Provider } from './budget.ts'
import styles from './Data.module.css'

const COLUMNS: readonly Column<Provider>[] = [
  {
    ...{ id: 'provider', header: 'Provider', value: ({ provider }) => provider, isName: true },
    cell: ({ provider, host }) => (
      <>
        {provider}
        <br />
        <span className={`small soft ${styles.host ?? ''}`}>{host}</span>
      </>
    ),
  },
  {
    ...{ id: 'standing', header: 'State' },
    cell: (provider) => <Standing provider={provider} />,
  },
  {
    ...{ id: 'used', header: 'Used this month', value: ({ usedThisMonth }) => usedThisMonth },
    cell: (provider) => <Used provider={provider} />,
  },
  {
    ...{ id: 'rate', header: 'A minute at most', value: ({ perMinute }) => perMinute, align: 'right' },
    cell: ({ perMinute }) =>
      perMinute === null ? (
        <span title="What it allows is not known">—</span>
      ) : (
        perMinute.toLocaleString('en')
      ),
  },
]

/** Where figures come from, and how much of what may be asked for is used. */
export function Providers() {
  const query = useApi('GET /providers', {})
  return (
    <Panel title="Providers" query={query} asOf={query.data?.asOf} height="120px" flush>
      <Table
        caption="Providers"
        columns={COLUMNS}
        rows={query.data?.providers ?? []}
        keyOf={({ provider, host }) => `${provider} ${host}`}
        maxHeight="420px"
        empty="No provider is configured."
      />
    </Panel>
  )
}

function Standing({ provider }: { readonly provider: Provider }) {
  const now = useNow()
  const { zone } = useSettings()
  const { words, tone } = standingOf(provider)
  const { lastSuccess, lastFault } = provider
  return (
    <span className={styles.standing}>
      <Badge tone={tone}>{words}</Badge>
      {lastSuccess === null ? null : (
        <time className="small soft" dateTime={lastSuccess} title={time(lastSuccess, zone)}>
          {age(lastSuccess, now)}
        </time>
      )}
      {lastFault === null || tone === 'ok' ? null : <span className="small">{lastFault.message}</span>}
    </span>
  )
}

function Used({ provider }: { readonly provider: Provider }) {
  const budget = budgetOf(provider)
  const used = provider.usedThisMonth.toLocaleString('en')
  if (budget === null)
    return (
      <>
        {used} {provider.usedThisMonth === 1 ? 'call' : 'calls'}{' '}
        <span className="small soft">no monthly limit</span>
      </>
    )
  return (
    <span className={styles.budget}>
      <meter
        aria-label={`Credits of ${provider.provider} used this month`}
        min={0}
        max={1}
        low={0.8}
        high={0.99}
        optimum={0}
        value={budget.part}
      />
      <span className="num">
        {used} of {budget.most.toLocaleString('en')} credits
      </span>
      <Badge tone={budget.tone}>
        {budget.tone === 'ok' ? '' : '! '}
        {share(budget.part)}
      </Badge>
    </span>
  )
}
