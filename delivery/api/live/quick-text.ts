import { formatTime } from '#core/hour.ts'
import { money } from '#core/number.ts'

/** Powers of ten that are exact. */
const POWERS = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`))
/** How near to a tie a product may be for its own rounding to decide: several times what that can be off. */
const NEAR = 1e-3

/**
 * What `money` says, in a fraction of the time: a tick says it a hundred thousand times. The twelve digits are made as
 * one whole number; where its rounding is not sure, `money` decides.
 */
export function quickMoney(value: number): string {
  const size = Math.abs(value)
  if (!(size >= 1 && size < 1e11)) return money(value)
  let whole = 1
  while (size >= (POWERS[whole] as number)) whole++
  const scaled = size * (POWERS[12 - whole] as number)
  const floor = Math.floor(scaled)
  const rest = scaled - floor
  if (Math.abs(rest - 0.5) < NEAR) return money(value)
  const digits = String(rest > 0.5 ? floor + 1 : floor)
  // Rounded up to one digit more.
  if (digits.length > 12) return money(value)
  let end = 12
  while (end > whole && digits.charCodeAt(end - 1) === 48) end--
  const text =
    end === whole ? digits.slice(0, whole) : `${digits.slice(0, whole)}.${digits.slice(whole, end)}`
  return value < 0 ? `-${text}` : text
}

/** `formatTime`, which is asked for the same moment for every portfolio of a tick. */
let moment = NaN
let written = ''
export function quickTime(time: number): string {
  if (time !== moment) [moment, written] = [time, formatTime(time)]
  return written
}

/** A text in JSON of ASCII alone: then bytes are made of a message without looking at each letter. */
export function asciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** @param text of ASCII alone */
export const asciiBytes = (text: string): Buffer => Buffer.from(text, 'latin1')
