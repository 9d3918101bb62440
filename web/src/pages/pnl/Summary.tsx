import { CoverageBadge } from '../../ui/CoverageBadge.tsx'
import { Change, Money } from '../../ui/Figure.tsx'
import { incompleteOf, partsOf, unfinished, type Pnl } from './rows.ts'

/** What it comes to, of what, and how much of it is priced. */
export function Summary({ pnl }: { readonly pnl: Pnl }) {
  const last = pnl.hours.length - 1
  const { total } = pnl
  const open = unfinished(pnl)
  const parts = partsOf(total.attribution)
  const isShown = open === null && parts.some(([name]) => name !== 'price')
  const why = open === null ? {} : { reason: open }
  return (
    <div className="stack">
      <div className="row">
        <strong>
          <Money value={total.value[last]} quality={total.quality[last]} />
        </strong>
        <span>
          <span className="soft">PnL </span>
          <Money value={open === null ? total.pnl[last] : null} kind="pnl" {...why} />{' '}
          {open === null ? (
            <Change value={total.pnlFraction} arrow={false} reason="nothing was put in to measure it by" />
          ) : (
            <span className="small soft">({open})</span>
          )}
        </span>
        {total.change24h === null ? null : (
          <span>
            <span className="soft">last 24 h </span>
            <Money value={total.change24h.pnl} kind="pnl" />{' '}
            <Change value={total.change24h.fraction} arrow={false} />
          </span>
        )}
        <CoverageBadge
          total={{
            coverage: total.coverage[last] ?? 0,
            incomplete: incompleteOf(pnl),
            missingWallets: pnl.missingWallets,
          }}
        />
      </div>
      {isShown ? (
        <p className="small">
          <span className="soft">Of it </span>
          {parts.map(([name, amount], index) => (
            <span key={name}>
              {index === 0 ? '' : ', '}
              {name} <Money value={amount} kind="pnl" arrow={false} />
            </span>
          ))}
          .
        </p>
      ) : null}
      <Flows total={total} />
      <Gaps pnl={pnl} />
    </div>
  )
}

function Flows({ total: { external, exchanged } }: { readonly total: Pnl['total'] }) {
  const isSome = (amount: string | null): boolean => amount !== null && /[1-9]/.test(amount.slice(0, 12))
  if (!isSome(external) && !isSome(exchanged)) return null
  return (
    <p className="small soft">
      {isSome(external) ? (
        <>
          Deposits less withdrawals: <Money value={external} kind="pnl" arrow={false} />.{' '}
        </>
      ) : null}
      {isSome(exchanged) ? (
        <>
          Bought less sold for money that is not tracked: <Money value={exchanged} kind="pnl" arrow={false} />
          .
        </>
      ) : null}
    </p>
  )
}

const MOST = 5

/** What is missing, in words. */
function Gaps({ pnl }: { readonly pnl: Pnl }) {
  const lines = [
    ...pnl.missingWallets.map(({ wallet, reason }) => `Missing: wallet ${wallet}: ${reason}.`),
    ...pnl.gaps.map(({ asset, from, to, reason }) =>
      from === to
        ? `Missing: ${asset} at ${from}: ${reason}.`
        : `Missing: ${asset} from ${from} to ${to}: ${reason}.`,
    ),
  ]
  if (lines.length === 0) return null
  const more = lines.length - MOST
  return (
    <ul className="small">
      {lines.slice(0, MOST).map((line) => (
        <li key={line}>{line}</li>
      ))}
      {more > 0 ? <li>and {more} more: the page Data lists them.</li> : null}
    </ul>
  )
}
