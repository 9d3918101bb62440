// Amounts stay the decimal text that the server sent; these are the few things that a page does with such text.

/** The sign of a decimal text. */
export function signOf(text: string): -1 | 0 | 1 {
  if (!/[1-9]/.test(text)) return 0
  return text.startsWith('-') ? -1 : 1
}

export function absolute(text: string): string {
  return text.startsWith('-') ? text.slice(1) : text
}

/** Less than 0 where `a` is less than `b`, exactly, however long they are. */
export function compareDecimals(a: string, b: string): number {
  const signs = signOf(a) - signOf(b)
  if (signs !== 0) return signs
  return signOf(a) < 0 ? compareSizes(absolute(b), absolute(a)) : compareSizes(absolute(a), absolute(b))
}

/** Of two texts without sign. */
function compareSizes(a: string, b: string): number {
  const [wholeA, partA] = cut(a)
  const [wholeB, partB] = cut(b)
  if (wholeA.length !== wholeB.length) return wholeA.length - wholeB.length
  if (wholeA !== wholeB) return wholeA < wholeB ? -1 : 1
  return partA === partB ? 0 : partA < partB ? -1 : 1
}

function cut(text: string): [whole: string, part: string] {
  const [whole = '', part = ''] = text.split('.')
  return [whole.replace(/^0+/, ''), part.replace(/0+$/, '')]
}

/** Whether the size of `text` is at least 10^power, by its digits. */
export function reaches(text: string, power: number): boolean {
  const [whole, part] = cut(absolute(text))
  if (whole !== '') return whole.length > power
  const leading = /^0*/.exec(part)?.[0].length ?? 0
  return part !== '' && -(leading + 1) >= power
}

/** For pixels alone: what is read by people comes from the text. */
export function pixels(text: string | null | undefined): number | null {
  return text === null || text === undefined ? null : Number(text)
}

/** `a` less `b`, exactly. */
export function minus(a: string, b: string): string {
  const places = Math.max(placesOf(a), placesOf(b))
  return textOfUnits(unitsOf(a, places) - unitsOf(b, places), places)
}

/** The exact sum of decimal texts. */
export function addDecimals(texts: readonly string[]): string {
  const places = Math.max(0, ...texts.map(placesOf))
  return textOfUnits(
    texts.reduce((sum, text) => sum + unitsOf(text, places), 0n),
    places,
  )
}

function textOfUnits(units: bigint, places: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0')
  const whole = digits.slice(0, digits.length - places)
  const part = digits.slice(digits.length - places).replace(/0+$/, '')
  return `${units < 0n ? '-' : ''}${whole}${part === '' ? '' : `.${part}`}`
}

function placesOf(text: string): number {
  return text.split('.')[1]?.length ?? 0
}

function unitsOf(text: string, places: number): bigint {
  const [whole = '', part = ''] = absolute(text).split('.')
  const size = BigInt(whole + part.padEnd(places, '0'))
  return text.startsWith('-') ? -size : size
}
