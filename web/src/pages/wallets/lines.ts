import { readAddress } from './address.ts'

/** One line of what was pasted. */
export type WalletLine = {
  readonly text: string
  /** Null where it is none. */
  readonly address: string | null
  readonly label: string | null
  /** What is the matter with it; null where it can be added. */
  readonly fault: string | null
  /** There is nothing wrong yet: it is still being typed. */
  readonly isShort: boolean
}

const LONGEST_LABEL = 64

/**
 * Reads wallets, one a line: the address, then a label if there is one, with a space, comma, semicolon or tab between.
 * @param known addresses that the portfolio has
 */
export function readLines(text: string, known: readonly string[]): WalletLine[] {
  const seen = new Set(known.map((address) => address.toLowerCase()))
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => readLine(line, seen))
}

function readLine(line: string, seen: Set<string>): WalletLine {
  const [, first = '', rest = ''] = /^["']?([^\s,;"']*)["']?[\s,;]*(.*)$/.exec(line) ?? []
  const label = rest.replace(/^["']|["',;]+$/g, '').trim() || null
  const reading = readAddress(first)
  const read = { text: line, label }
  if (reading.state !== 'address')
    return { ...read, address: null, fault: reading.words, isShort: reading.state === 'short' }
  const { address } = reading
  const isSeen = seen.has(address.toLowerCase())
  seen.add(address.toLowerCase())
  const fault = isSeen
    ? 'It is there already.'
    : label !== null && label.length > LONGEST_LABEL
      ? `The label has ${String(label.length)} characters; ${String(LONGEST_LABEL)} are allowed.`
      : null
  return { ...read, address, fault, isShort: false }
}
