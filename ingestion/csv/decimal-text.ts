import { formatDecimal, parseDecimal } from '#core/decimal.ts'
import { faulty, ok, quoted, type Reading } from '#core/reading.ts'

const PLAIN = /^([+-]?)0*(\d+)(?:\.(\d*?)0*)?$/
/** What is written already as it will be. */
const SHORTEST = /^(?:0|-?(?:[1-9]\d*(?:\.\d*[1-9])?|0\.\d*[1-9]))$/

/**
 * Reads a decimal number into its one plain text: `1.50` and `15e-1` are `1.5`. Exact, with up to 77 decimals.
 * The common short form is taken apart as text, since a million rows of exact decimals take seconds otherwise.
 */
export function readDecimalText(text: string): Reading<string> {
  if (text.length <= 40) {
    if (SHORTEST.test(text)) return ok(text)
    const parts = PLAIN.exec(text)
    if (parts !== null) {
      const whole = parts[2] as string
      const decimals = parts[3] ? `.${parts[3]}` : ''
      if (whole === '0' && decimals === '') return ok('0')
      return ok(`${parts[1] === '-' ? '-' : ''}${whole}${decimals}`)
    }
  }
  const value = parseDecimal(text)
  return value === null ? faulty(decimalFault(text)) : ok(formatDecimal(value))
}

function decimalFault(text: string): string {
  const short = text.slice(0, 400)
  const what = `${quoted(text)} is not a decimal number`
  if (/^[-+]?[\d.]+e/i.test(short) || /^[-+]?\d*\.?\d*$/.test(short)) {
    return `${what} with at most 77 decimals and 100 digits before them`
  }
  if (/^[-+]?[\d.]*,\d+$/.test(short)) return `${what}: write a point, not a comma, before its decimals`
  if (/^[-+]?[\d,' ]+(\.\d+)?$/.test(short)) return `${what}: take out what separates its thousands`
  return `${what}: write it like 1234.5`
}
