import { paint, type Cell, type Column, type TableOptions } from '../table.ts'
import { displayMoney, displayPrice, displaySigned, MISSING_TEXT } from '../number.ts'

export const left = (head: string, whole = false): Column => ({
  head,
  align: 'left',
  ...(whole ? { whole } : {}),
})
export const right = (head: string): Column => ({ head, align: 'right' })

export const moneyOf = (text: string | null): string =>
  text === null ? MISSING_TEXT : displayMoney(Number(text))
export const signedOf = (text: string | null): string =>
  text === null ? MISSING_TEXT : displaySigned(Number(text))
export const priceOf = (text: string | null): string =>
  text === null ? MISSING_TEXT : displayPrice(Number(text))

export function coloured(text: string | null, { colour }: TableOptions): Cell {
  const { green, red } = paint(colour)
  const amount = Number(text ?? 0)
  return { text: signedOf(text), paint: amount > 0 ? green : amount < 0 ? red : (shown) => shown }
}
