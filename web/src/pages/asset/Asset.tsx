import { useParams } from 'wouter'
import { useApi } from '../../api/use-api.ts'
import { time } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { usePortfolio } from '../../shell/portfolio.ts'
import { useRange } from '../../shell/range.ts'
import { Change, Money, Price, Quantity } from '../../ui/Figure.tsx'
import { Failure, Panel } from '../../ui/Panel.tsx'
import { RangePicker } from '../../ui/RangePicker.tsx'
import { ageOfMark, shortId } from '../overview/parts.ts'
import { Flows } from './Flows.tsx'
import { History } from './History.tsx'
import { HISTORY_HEIGHT } from './history-chart.ts'
import { Lots } from './Lots.tsx'
import { lastKnown, type Page } from './parts.ts'
import { Places } from './Places.tsx'
import { Sources } from './Sources.tsx'
import { Parts, Waterfall } from './Why.tsx'
import styles from './Asset.module.css'

/** One asset: what it did, why, and what is known of it. */
export function Asset() {
  const { asset: coded = '' } = useParams<{ asset: string }>()
  const asset = decoded(coded)
  const { name } = usePortfolio()
  const portfolio = name ?? undefined
  const { query: range, words } = useRange()
  const query = useApi(
    'GET /assets/:asset',
    { params: { asset }, query: { portfolio, ...range } },
    { enabled: name !== null },
  )
  const { data: page } = query
  const shown = page?.asset === asset ? page : undefined
  return (
    <div className="stack">
      <Head asset={asset} page={shown} words={words} />
      {query.error !== null && shown === undefined ? (
        <Failure error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <>
          <Panels query={{ ...query, data: shown }} page={shown} />
          <Lots portfolio={portfolio} asset={asset} />
          <Flows portfolio={portfolio} asset={asset} />
        </>
      )}
    </div>
  )
}

type Query = Parameters<typeof Panel>[0]['query']

function Panels({ query, page }: { readonly query: NonNullable<Query>; readonly page: Page | undefined }) {
  const [token] = page?.pnl.tokens ?? []
  const about = { query, asOf: page?.pnl.to }
  const partial = page === undefined || page.pnl.gaps.length === 0 ? null : <Gaps page={page} />
  return (
    <>
      <Panel
        {...about}
        title="Price, value and quantity"
        partial={partial}
        height={`${String(HISTORY_HEIGHT + 33)}px`}
      >
        {page === undefined ? null : <History page={page} />}
      </Panel>
      <div className={styles.pair}>
        <Panel {...about} title="What its PnL is made of" height="308px">
          {token === undefined ? null : <Waterfall token={token} />}
        </Panel>
        <Panel {...about} title="The same over time" height="308px">
          {page?.hourly === undefined || page.hourly === null ? null : <Parts hourly={page.hourly} />}
        </Panel>
      </div>
      <div className={`${styles.pair ?? ''} ${styles.loose ?? ''}`}>
        <Panel {...about} title="Where it lies" height="140px" flush>
          <Places rows={page?.holdings ?? []} />
        </Panel>
        <Panel {...about} title="Prices by source" height="140px" flush={(page?.sources.length ?? 0) < 2}>
          {page === undefined ? null : <Sources page={page} />}
        </Panel>
      </div>
    </>
  )
}

function Head({
  asset,
  page,
  words,
}: {
  readonly asset: string
  readonly page: Page | undefined
  readonly words: string
}) {
  const { zone } = useSettings()
  const [token] = page?.pnl.tokens ?? []
  const last = (token?.mark.length ?? 0) - 1
  return (
    <header className="stack">
      <div className={styles.head}>
        <div className={styles.name}>
          <h1>
            <bdi>{shortId(page?.symbol ?? asset)}</bdi>
            {page?.name === undefined || page.name === null ? null : <bdi className="soft"> {page.name}</bdi>}
          </h1>
          <code className="soft small">{asset}</code>
        </div>
        <RangePicker />
      </div>
      <dl className={styles.big}>
        <div>
          <dt className="soft">Price{page === undefined ? '' : ` at ${time(page.pnl.to, zone, 'hour')}`}</dt>
          <dd>
            <Price
              value={token?.mark[last]}
              quality={token?.quality[last]}
              age={ageOfMark(token?.source[last] ?? null)}
            />
          </dd>
        </div>
        <div>
          <dt className="soft">Value</dt>
          <dd>
            <Money value={token?.value[last]} />
          </dd>
        </div>
        <div>
          <dt className="soft">Quantity</dt>
          <dd>
            <Quantity value={token?.quantity[last]} reason="nothing was read so far back" />
          </dd>
        </div>
        <div>
          <dt className="soft">PnL {words}</dt>
          <dd>
            <Money value={lastKnown(token?.pnl ?? [])} kind="pnl" /> (
            <Change value={token?.pnlFraction} reason="nothing was put in" arrow={false} />)
          </dd>
        </div>
      </dl>
    </header>
  )
}

/** Hours without a price, in words. */
function Gaps({ page }: { readonly page: Page }) {
  const { zone } = useSettings()
  return (
    <details className="small">
      <summary>
        {String(page.pnl.gaps.length)} {page.pnl.gaps.length === 1 ? 'gap' : 'gaps'} in its prices
      </summary>
      <ul>
        {page.pnl.gaps.slice(0, 50).map(({ from, to, reason }) => (
          <li key={from}>
            {time(from, zone)} to {time(to, zone)}: {reason}
          </li>
        ))}
      </ul>
    </details>
  )
}

/** An address may hold what was never written by this page. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
