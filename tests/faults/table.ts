import { appendFileSync } from 'node:fs'

/** What came of one try. */
export type Row = {
  readonly fault: string
  readonly server: string
  readonly command: string
  readonly code: number | null
  readonly seconds: number
  /** Whether the fault fell into the run; a run may be over before it. */
  readonly struck: boolean
  readonly hashEqual: boolean
}

const rows: Row[] = []

export function record(row: Row): void {
  rows.push(row)
  const file = process.env['TIDEMARK_FAULTS_ROWS']
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`)
}

/** Prints what this file of tests has tried so far. */
export function printTable(seed: number): void {
  if (rows.length > 0) console.log(`\nseed ${seed}\n${tableOf(rows)}\n`)
}

/** Tries by fault and server, as a table in Markdown. */
export function tableOf(all: readonly Row[]): string {
  const groups = new Map<string, Row[]>()
  for (const row of all) {
    const key = `${row.server} | ${row.fault}`
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  const lines = [...groups.values()].map((group) => {
    const { server, fault } = group[0] as Row
    const struck = group.filter((row) => row.struck).length
    const equal = group.filter((row) => row.hashEqual).length
    const longest = Math.max(...group.map(({ seconds }) => seconds)).toFixed(0)
    return [
      server,
      fault,
      `${group.length}`,
      `${struck}`,
      codesOf(group),
      longest,
      `${equal} of ${group.length}`,
    ]
  })
  const head = ['server', 'fault', 'tries', 'struck in the run', 'exit codes', 'longest, s', 'hash equal']
  const cells = [head, head.map(() => '---'), ...lines.sort((a, b) => (a.join() < b.join() ? -1 : 1))]
  return cells.map((line) => `| ${line.join(' | ')} |`).join('\n')
}

function codesOf(group: readonly Row[]): string {
  const counts = new Map<string, number>()
  for (const { code, command } of group) {
    const key = `${command} ${code}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return [...counts]
    .sort()
    .map(([key, count]) => (count === 1 ? key : `${key} (${count}×)`))
    .join(', ')
}
