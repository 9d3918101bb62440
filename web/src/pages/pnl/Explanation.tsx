import { useApi } from '../../api/use-api.ts'
import { stamp, zoneName } from '../../format/time.ts'
import { useSettings } from '../../settings/settings.ts'
import { usePlace } from '../../shell/place.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { Money, Price, Quantity } from '../../ui/Figure.tsx'
import { Failure, Skeleton } from '../../ui/Panel.tsx'
import { Steps } from './Steps.tsx'
import { minus } from '../../format/decimal.ts'
import { reasonAt, tokenNote, type Pnl } from './rows.ts'

/** What made the cell that the address names, `explain=bitcoin@2026-11-21T19:00:00Z`. */
export function Explanation(props: {
  readonly portfolio: string | null
  readonly mode: 'flows' | 'snapshot' | null
  readonly pnl: Pnl | undefined
}) {
  const { params, change } = usePlace()
  const { zone } = useSettings()
  const text = params.get('explain') ?? ''
  const cut = text.lastIndexOf('@')
  const [asset, hour] = [text.slice(0, Math.max(0, cut)), text.slice(cut + 1)]
  const isOpen = asset !== '' && !Number.isNaN(Date.parse(hour))
  const symbol = props.pnl?.tokens.find((token) => token.asset === asset)?.symbol ?? asset
  return (
    <Dialog
      open={isOpen}
      title={isOpen ? `${symbol} at ${stamp(hour, zone)} ${zoneName(hour, zone)}` : ''}
      onClose={() => change({ explain: null })}
    >
      {!isOpen ? null : asset === 'total' ? (
        <Whole pnl={props.pnl} hour={hour} onOpen={(one) => change({ explain: `${one}@${hour}` })} />
      ) : (
        <One {...props} asset={asset} hour={hour} />
      )}
    </Dialog>
  )
}

function One({
  portfolio,
  mode,
  asset,
  hour,
}: {
  readonly portfolio: string | null
  readonly mode: 'flows' | 'snapshot' | null
  readonly asset: string
  readonly hour: string
}) {
  const answer = useApi(
    'GET /portfolio/pnl/explain',
    { query: { portfolio: portfolio ?? undefined, asset, hour, mode: mode ?? undefined } },
    { enabled: portfolio !== null, keep: false },
  )
  if (answer.data !== undefined) return <Steps found={answer.data} />
  if (answer.error !== null) return <Failure error={answer.error} onRetry={() => void answer.refetch()} />
  return <Skeleton height="320px" />
}

/** The whole is its tokens: each with what it made, and from there to how. */
function Whole({
  pnl,
  hour,
  onOpen,
}: {
  readonly pnl: Pnl | undefined
  readonly hour: string
  readonly onOpen: (asset: string) => void
}) {
  const at = pnl?.hours.indexOf(hour) ?? -1
  if (pnl === undefined || at < 0) return <p>This hour is not in the range that is shown.</p>
  return (
    <table>
      <caption className="hidden">Tokens of the total</caption>
      <thead>
        <tr className="small soft">
          <th scope="col">token</th>
          <th scope="col">quantity</th>
          <th scope="col">mark</th>
          <th scope="col">value</th>
          <th scope="col">this hour</th>
          <th scope="col" />
        </tr>
      </thead>
      <tbody>
        {pnl.tokens.map((token) => {
          const [now, before] = [token.pnl[at] ?? null, at === 0 ? null : (token.pnl[at - 1] ?? null)]
          const reason = reasonAt(pnl, token.asset, hour)
          return (
            <tr key={token.asset}>
              <th scope="row">
                <Button look="quiet" onClick={() => onOpen(token.asset)}>
                  {token.symbol}
                </Button>
              </th>
              <td>
                <Quantity value={token.quantity[at]} reason={reason} />
              </td>
              <td>
                <Price value={token.mark[at]} reason={reason} plain />
              </td>
              <td>
                <Money value={token.value[at]} reason={reason} />
              </td>
              <td>
                <Money
                  value={now === null || before === null ? null : minus(now, before)}
                  kind="pnl"
                  arrow={false}
                />
              </td>
              <td className="small soft">{tokenNote(token, at)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
