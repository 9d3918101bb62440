import type { Answer } from '../../api/types.ts'

export type Preview = Answer<'POST /portfolio/flows/preview'>

/** What is wrong with a row, and where. */
export type Fault = { readonly line: number | null; readonly field: string | null; readonly text: string }

/** Takes `my.csv:5 time: "x" is no time` apart; what is not of that form is text alone. */
export function faultOf(text: string): Fault {
  const [, line, rest = ''] = /^.*?:(\d+)[:,]? (.*)$/s.exec(text) ?? []
  if (line === undefined) return { line: null, field: null, text }
  const [, field, fault] = /^([\w-]{1,40}): (.*)$/s.exec(rest) ?? []
  return { line: Number(line), field: field ?? null, text: fault ?? rest }
}

/** By line, those of the whole file first. */
export function sortedFaults(faults: readonly string[]): Fault[] {
  return faults.map(faultOf).sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
}

/** Bytes that the server takes of one file. */
const MOST_BYTES = 64_000_000

/** Why a file cannot be sent; null where it can. */
export function refusal({ size }: { readonly size: number }): string | null {
  if (size === 0) return 'The file is empty.'
  if (size > MOST_BYTES) return 'The file is larger than 64 MB: import it by "tidemark import".'
  return null
}

/** What an import would do, in a sentence. */
export function planOf({ added, unchanged, gone, faults }: Preview): string {
  const rows = (count: number): string => `${count.toLocaleString('en-US')} ${count === 1 ? 'row' : 'rows'}`
  if (added === null) return 'It cannot be imported as it is: mend what is listed, and choose it again.'
  const parts = [
    `${rows(added)} would be added`,
    ...((unchanged ?? 0) > 0 ? [`${rows(unchanged ?? 0)} ${isAre(unchanged)} there already`] : []),
    ...((gone ?? 0) > 0 ? [`${rows(gone ?? 0)} of the import before ${isAre(gone)} no longer in it`] : []),
    ...(faults.length > 0 ? ['what is listed above would be left out'] : []),
  ]
  return `${parts.join('; ')}.`
}

const isAre = (count: number | null): string => (count === 1 ? 'is' : 'are')
