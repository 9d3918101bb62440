import type { ReactNode } from 'react'
import type { Answer } from '../../api/types.ts'
import { stamp } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { currencyStyle } from '../../format/money.ts'
import { whole } from '../../format/number.ts'
import { useCurrency } from '../../shell/currency.ts'
import { Money, Quantity } from '../../ui/Figure.tsx'
import styles from './Steps.module.css'

type Found = Answer<'GET /portfolio/pnl/explain'>

const PARTS: Readonly<Record<string, string>> = {
  price: 'price: what was held, times the change of its price',
  trading: 'trading: bought and sold at other than the mark',
  income: 'income',
  fees: 'fees and gas',
  loss: 'loss',
  residual: 'residual',
}

/** Every number that went into one hour of one asset, in the order in which it is computed. */
export function Steps({ found }: { readonly found: Found }) {
  const parts = Object.entries(found.attribution).filter(
    ([name, amount]) => name === 'price' || isSome(amount),
  )
  return (
    <div className="stack">
      <p className="small soft">
        Mode {found.mode}, in {found.baseCurrency}. “tidemark pnl --explain” prints the same.
      </p>
      <dl className={styles.steps}>
        <Step name="mark">
          <MarkText mark={found.mark} />
        </Step>
        <Step name="before">
          <MarkText mark={found.previous} />
        </Step>
        <Step name="quantity">
          <Quantity value={found.quantity} /> <span className="soft">before </span>
          <Quantity value={found.quantityBefore} />
        </Step>
        <Step name="value">
          <Money value={found.value} {...(found.reason === null ? {} : { reason: found.reason })} />
        </Step>
        <Step name="change">
          {found.delta === null ? (
            <>— {found.reason ?? 'no mark'}; the change at the next mark covers this hour</>
          ) : (
            <strong>
              <Money value={found.delta} kind="pnl" />
            </strong>
          )}
        </Step>
        {found.delta === null
          ? null
          : parts.map(([name, amount]) => (
              <Step key={name} name="of it" detail={PARTS[name] ?? name}>
                <Money value={amount} kind="pnl" arrow={false} />
              </Step>
            ))}
        {isSome(found.external) ? (
          <Step name="apart" detail="came from outside, and is no gain">
            <Money value={found.external} kind="pnl" arrow={false} />
          </Step>
        ) : null}
      </dl>
      <Flows flows={found.flows} />
      <Candles candles={found.candles} />
    </div>
  )
}

const isSome = (amount: string | null): boolean => amount !== null && /[1-9]/.test(amount)

function Step({
  name,
  detail,
  children,
}: {
  readonly name: string
  readonly detail?: string
  readonly children: ReactNode
}) {
  return (
    <div>
      <dt className="soft">{name}</dt>
      <dd>
        {children} {detail === undefined ? null : <span className="small soft">{detail}</span>}
      </dd>
    </div>
  )
}

/** `carried 1h coingecko`, or `estimated, defillama`. */
function sourceText(quality: string, source: string | null): string {
  if (source?.startsWith('carried:') === true) return source.replace(':', ' ')
  return `${quality}, ${source ?? 'no source'}`
}

/** A price with every digit that it was computed with. */
function Exact({ value }: { readonly value: string | null }) {
  const { currencyName } = useSettings()
  const currency = useCurrency()
  return (
    <span className="num">{value === null ? '—' : whole(value, currencyStyle(currency, currencyName))}</span>
  )
}

function MarkText({ mark }: { readonly mark: Found['mark'] }) {
  const { zone } = useSettings()
  if (mark === null) return <>—</>
  const { price, hour, quality, source, sampled } = mark
  return (
    <>
      <Exact value={price} />{' '}
      <span className="small soft">
        of {stamp(hour, zone)}, {sourceText(quality, source)}
        {sampled === null ? '' : `, sampled ${stamp(sampled, zone)}`}
      </span>
    </>
  )
}

function Flows({ flows }: { readonly flows: Found['flows'] }) {
  const { zone } = useSettings()
  if (flows.length === 0) return <p>Nothing came in or went out in this time.</p>
  return (
    <section>
      <h3>What came in and went out</h3>
      <ul className={styles.list}>
        {flows.map((flow) => (
          <li key={`${flow.time} ${flow.from} ${flow.kind} ${flow.quantity}`}>
            {stamp(flow.time, zone)} {flow.kind} <Quantity value={flow.quantity} signed />{' '}
            <span className="soft">({flow.role})</span>,{' '}
            {flow.value === null ? 'at the mark' : <Money value={flow.value} />}
            {flow.basis === null ? null : ` by ${flow.basis}`}
            {flow.baseFee === null ? null : (
              <>
                , fee <Money value={flow.baseFee} />
              </>
            )}
            <br />
            <span className="small soft">
              wallet {flow.wallet}
              {flow.tx === null ? '' : `, tx ${flow.tx}`}, from <code>{flow.from}</code>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Candles({ candles }: { readonly candles: Found['candles'] }) {
  if (candles.length === 0) return <p>No price of this hour itself is stored.</p>
  return (
    <section>
      <h3>Prices of the hour</h3>
      <ul className={styles.list}>
        {candles.map(({ provider, revision, open, high, low, close, count }) => (
          <li key={provider}>
            {provider} <span className="soft">revision {revision}</span>: open <Exact value={open} />, high{' '}
            <Exact value={high} />, low <Exact value={low} />, close <Exact value={close} />,{' '}
            <span className="soft">{count === 1 ? '1 sample' : `${String(count)} samples`}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
