import { faulty, quoted, type Reading } from '#core/reading.ts'
import { readDecimalText } from '../csv/decimal-text.ts'
import type { Numbers } from './format.ts'

const SIGN = /^[+-]?[\s\u00a0]*[$\u20ac\u00a3\u00a5]?[\s\u00a0]*/
const GROUPED = { ',': /^\d{1,3}(,\d{3})+(\.\d*)?$/, '.': /^\d{1,3}(\.\d{3})+(,\d*)?$/ }
const AMBIGUOUS =
  'is a decimal comma or separates thousands: say which with "numbers: comma" or "numbers: point" in a mapping'

/**
 * Reads the numbers of a file: a point or a comma before the decimals, thousands apart, a currency sign before it.
 * What can be read in two ways is refused.
 */
export class NumberReader {
  private readonly mode: Numbers
  private readonly semicolons: boolean
  private commas = false
  private points = false

  constructor(mode: Numbers, delimiter: string) {
    this.mode = mode
    this.semicolons = delimiter === ';'
  }

  /** Exact decimal as plain text. */
  read(text: string): Reading<string> {
    if (!/[^\d.+-]/.test(text) && this.mode !== 'comma' && !this.commas) {
      if (this.semicolons && text.includes('.')) this.points = true
      return readDecimalText(text)
    }
    const sign = SIGN.exec(text)?.[0] ?? ''
    const digits = text.slice(sign.length).replace(/[\s\u00a0'](?=\d{3}(\D|$))/g, '')
    const plain = this.plain(digits)
    if (plain === null)
      return faulty(`${quoted(text)}: ${digits.includes(',') ? 'the comma' : 'the point'} ${AMBIGUOUS}`)
    const reading = readDecimalText(`${sign.startsWith('-') ? '-' : ''}${plain}`)
    return reading.fault === null ? reading : faulty(`${quoted(text)} is not a decimal number`)
  }

  /** The same, or null for what is no number. Nothing is concluded from it. */
  peek(text: string): string | null {
    const [commas, points] = [this.commas, this.points]
    const { value } = this.read(text)
    ;[this.commas, this.points] = [commas, points]
    return value
  }

  /** With a point before the decimals and nothing else; null where it can be read in two ways. */
  private plain(text: string): string | null {
    const [comma, point] = [text.lastIndexOf(','), text.lastIndexOf('.')]
    if (this.mode === 'point') return GROUPED[','].test(text) ? text.replaceAll(',', '') : text
    if (this.mode === 'comma') return GROUPED['.'].test(text) || comma >= 0 ? pointed(text) : text
    if (comma < 0 && point < 0) return text
    if (comma >= 0 && point >= 0) {
      if (comma > point) return GROUPED['.'].test(text) ? pointed(text) : text
      return GROUPED[','].test(text) ? text.replaceAll(',', '') : text
    }
    if (comma < 0) {
      this.points = this.points || this.semicolons
      return this.commas ? null : text
    }
    if (!this.semicolons || text.indexOf(',') !== comma) {
      return GROUPED[','].test(text) && text.indexOf(',') !== comma ? text.replaceAll(',', '') : null
    }
    this.commas = true
    return this.points ? null : pointed(text)
  }
}

const pointed = (text: string): string => text.replaceAll('.', '').replace(',', '.')
