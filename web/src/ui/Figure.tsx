import { useCallback, type ClipboardEvent, type ReactNode } from 'react'
import { signOf } from '../format/decimal.ts'
import { money, type MoneyKind } from '../format/money.ts'
import { MISSING, type Shown } from '../format/number.ts'
import { change, share } from '../format/percent.ts'
import { price } from '../format/price.ts'
import { quantity, type QuantityStyle } from '../format/quantity.ts'
import { useSettings } from '../settings/settings.ts'
import { useCurrency } from '../shell/currency.ts'
import { useHiddenAmounts } from '../shell/hidden-amounts.ts'
import styles from './Figure.module.css'

export type Quality = 'missing' | 'carried' | 'estimated' | 'ok'

type Common = {
  /** Decimal text as the server sent it; null is missing. */
  readonly value: string | null | undefined
  readonly quality?: Quality | undefined
  /** Why it is missing, or what makes it less than sure: shown on hover and read out. */
  readonly reason?: string | undefined
  /** Of a value that stands still: how old it is, such as `3 h`. */
  readonly age?: string | undefined
}

/** What stands for an amount that is hidden: always as long, so that not even its size is told. */
export const HIDDEN = '•••••'

/** Money in the currency of the portfolio. `pnl` has sign, arrow and colour. */
export function Money(
  props: Common & {
    readonly kind?: MoneyKind
    readonly compact?: boolean
    readonly currency?: string
    /** Whether a PnL has an arrow; on unless told otherwise. */
    readonly arrow?: boolean
  },
) {
  const { value, kind = 'balance', compact = false, arrow = true } = props
  const { currencyName: name } = useSettings()
  const own = useCurrency()
  const currency = props.currency ?? own
  if (isMissing(value)) return <NoAmount {...props} />
  const shown = money(value, { currency, name, kind, compact })
  return (
    <Amount
      {...props}
      shown={shown}
      value={value}
      direction={kind === 'pnl' ? signOf(value) : null}
      arrow={arrow}
    />
  )
}

/**
 * The price of one. `plain` in columns, where decimals stand below each other. Prices are not hidden, since they are
 * public; what somebody paid (`own`) is.
 */
export function Price(
  props: Common & { readonly plain?: boolean; readonly currency?: string; readonly own?: boolean },
) {
  const { value, plain = false, own: isOwn = false } = props
  const { currencyName: name } = useSettings()
  const own = useCurrency()
  if (isMissing(value)) return <Missing {...props} />
  const shown = price(value, { currency: props.currency ?? own, name, plain })
  return <Amount {...props} shown={shown} value={value} isPublic={!isOwn} />
}

/** How much of an asset there is. */
export function Quantity(props: Common & QuantityStyle & { readonly unit?: string }) {
  const { value, unit, quality, reason, age, ...style } = props
  if (isMissing(value)) return <NoAmount {...props} />
  const shown = quantity(value, style)
  return (
    <Amount {...{ value, quality, reason, age, shown }} after={unit === undefined ? null : <> {unit}</>} />
  )
}

/** A change in per cent, with sign, arrow and colour. Per cents stay when amounts are hidden. */
export function Change({
  value,
  reason,
  arrow = true,
}: {
  readonly value: number | null | undefined
  readonly reason?: string | undefined
  readonly arrow?: boolean
}) {
  if (value === null || value === undefined) return <Missing value={null} reason={reason} />
  return <Directed direction={Math.sign(value)} text={change(value)} arrow={arrow} />
}

/** A part of a whole; 100 % is all of it and nothing less. */
export function Share({
  value,
  reason,
  decimals = 1,
}: {
  readonly value: number | null | undefined
  readonly reason?: string | undefined
  readonly decimals?: number
}) {
  if (value === null || value === undefined) return <Missing value={null} reason={reason} />
  return <span className="num">{share(value, decimals)}</span>
}

type AmountProps = Common & {
  readonly shown: Shown
  readonly value: string
  readonly direction?: number | null
  readonly arrow?: boolean
  readonly isPublic?: boolean
  readonly after?: ReactNode
}

function Amount({
  shown,
  value,
  quality,
  reason,
  age,
  direction = null,
  arrow = true,
  isPublic,
  after,
}: AmountProps) {
  const { privacy } = useSettings()
  if (privacy && isPublic !== true) return <Hidden after={after} />
  const note = noteOf(quality, reason, age)
  const differs = shown.text !== shown.full
  const title = [differs ? shown.full : null, note].filter((text) => text !== null).join(' · ')
  return (
    <data value={value} className="num" title={title === '' ? undefined : title} onCopy={copyOf(shown.full)}>
      {direction === null ? (
        <Read text={shown.text} full={shown.full} />
      ) : (
        <Directed direction={direction} text={shown.text} full={shown.full} arrow={arrow} />
      )}
      {after}
      <Mark quality={quality} age={age} note={note} />
    </data>
  )
}

/** Those who listen hear all digits where not all are shown. */
function Read({ text, full }: { readonly text: string; readonly full: string }) {
  if (text === full) return <>{text}</>
  return (
    <>
      <span aria-hidden="true">{text}</span>
      <span className="hidden">{full}</span>
    </>
  )
}

function Directed({
  direction,
  text,
  full = text,
  arrow,
}: {
  readonly direction: number
  readonly text: string
  readonly full?: string
  readonly arrow: boolean
}) {
  const name = direction > 0 ? 'up' : direction < 0 ? 'down' : ''
  return (
    <span className={`num ${name}`}>
      {arrow && direction !== 0 ? <span aria-hidden="true">{direction > 0 ? '▲ ' : '▼ '}</span> : null}
      <Read text={text} full={full} />
    </span>
  )
}

function Hidden({ after }: { readonly after?: ReactNode }) {
  return (
    <span className="num">
      <span aria-hidden="true">{HIDDEN}</span>
      <span className="hidden">amount hidden</span>
      {after}
    </span>
  )
}

/** Not there because it is not known, or because whoever looks is shown none. */
function NoAmount(props: Partial<Common>) {
  return useHiddenAmounts() ? <Hidden /> : <Missing {...props} />
}

function Missing({ reason, quality }: Partial<Common>) {
  const note = reason ?? (quality === 'missing' ? 'no price is known' : 'not known')
  return (
    <span className={`num ${styles.missing ?? ''}`} title={note}>
      <span aria-hidden="true">{MISSING}</span>
      <span className="hidden">missing: {note}</span>
    </span>
  )
}

/** A clock for what stands still, a wave for what is estimated: never by colour alone. */
function Mark({
  quality,
  age,
  note,
}: {
  readonly quality: Quality | undefined
  readonly age: string | undefined
  readonly note: string | null
}) {
  if (quality === undefined || quality === 'ok') return null
  const sign = quality === 'carried' ? '◷' : quality === 'estimated' ? '≈' : '!'
  return (
    <span className={styles.mark}>
      <span aria-hidden="true">
        {' '}
        {sign}
        {quality === 'carried' && age !== undefined ? ` ${age}` : ''}
      </span>
      <span className="hidden">, {note}</span>
    </span>
  )
}

function noteOf(
  quality: Quality | undefined,
  reason: string | undefined,
  age: string | undefined,
): string | null {
  if (reason !== undefined) return reason
  if (quality === 'carried') return age === undefined ? 'an older price' : `a price that is ${age} old`
  if (quality === 'estimated') return 'estimated'
  if (quality === 'missing') return 'a part has no price'
  return null
}

function isMissing(value: string | null | undefined): value is null | undefined {
  return value === null || value === undefined
}

/** Who copies one number gets all of its digits. */
function copyOf(full: string) {
  return (event: ClipboardEvent<HTMLElement>): void => {
    const selection = getSelection()
    const { currentTarget } = event
    if (selection === null || !currentTarget.contains(selection.anchorNode)) return
    if (!currentTarget.contains(selection.focusNode)) return
    event.clipboardData.setData('text/plain', full)
    event.preventDefault()
  }
}

/** The size of an amount as text for charts, titles and labels: privacy counts there too. */
export function useAmountText(): (
  value: string | null,
  kind?: 'balance' | 'pnl',
  compact?: boolean,
) => string {
  const { privacy: own, currencyName: name } = useSettings()
  const hides = useHiddenAmounts()
  const privacy = own || hides
  const currency = useCurrency()
  return useCallback(
    (value, kind = 'balance', compact = false) => {
      if (value === null) return hides ? HIDDEN : MISSING
      if (privacy) return HIDDEN
      return money(value, { currency, name, kind, compact }).text
    },
    [privacy, hides, name, currency],
  )
}
