import { tokenOf } from '#core/asset.ts'
import { safeText } from '#delivery/text.ts'
import type { ChainReport, Failure, IngestSummary } from '#pipeline/jobs/ingest/summary.ts'
import { hideAdvice } from '#pipeline/queries/pnl-gaps.ts'
import type { ProviderReport } from '#pipeline/ports.ts'
import { count, duration, grouped } from './plan-text.ts'

/** Causes beyond this many are counted, not listed; the JSON document has them all. */
const CAUSES = 10

/** The end summary of a run for people. The command to run next comes last, where the eye rests. */
export function summaryText(summary: IngestSummary): string {
  const lines = [
    `${headline(summary)} (run ${summary.run}, ${duration(summary.finished - summary.started)})`,
    rowsLine('hours', summary.hours, `${grouped(summary.hours.rejected)} rejected`),
    ...counted('coins', summary.coins),
    ...counted('balances', summary.balances),
    ...flowsLine(summary),
    ...summary.chains.flatMap(chainLines),
    `  gaps      ${hours(summary.gaps.found)} found, ${hours(summary.gaps.filled)} filled, ${hours(summary.gaps.left)} left`,
    ...suspectsLine(summary),
    ...summary.providers.map(providerLine),
    `  memory    ${Math.round(process.resourceUsage().maxRSS / 1024)} MB at most`,
    ...troubles(summary),
    ...(summary.next === '' ? [] : [`next: ${summary.next}`]),
  ]
  return `${lines.join('\n')}\n`
}

function headline(summary: IngestSummary): string {
  if (summary.dryRun) return 'Planned only; nothing was written'
  if (summary.outcome === 'complete') return summary.nothingNew ? 'Complete: nothing new' : 'Complete'
  if (summary.outcome === 'partial') return 'Finished, but some data is missing'
  if (summary.outcome === 'interrupted') return 'Stopped before the end; what was read is stored'
  return 'Failed'
}

type Counts = { readonly added: number; readonly changed: number; readonly unchanged: number }

function rowsLine(name: string, counts: Counts, more?: string): string {
  const { added, changed, unchanged } = counts
  const rest = more === undefined ? '' : `, ${more}`
  return `  ${name.padEnd(9)} ${grouped(added)} new, ${grouped(changed)} changed, ${grouped(unchanged)} unchanged${rest}`
}

function counted(name: string, counts: Counts): string[] {
  return counts.added + counts.changed + counts.unchanged === 0 ? [] : [rowsLine(name, counts)]
}

function flowsLine({ flows }: IngestSummary): string[] {
  if (flows.added + flows.unchanged + flows.retired === 0) return []
  return [
    `  flows     ${grouped(flows.added)} new, ${grouped(flows.unchanged)} unchanged, ${grouped(flows.retired)} retired`,
  ]
}

/** What was read of a chain, and what of it does not add up. */
function chainLines({ chain, blocks, requests, logs, flows, faults }: ChainReport): string[] {
  const shown = faults.slice(0, CAUSES)
  const more =
    faults.length > shown.length
      ? [`! ${chain}: and ${faults.length - shown.length} more; --json lists them`]
      : []
  return [
    `  ${chain.padEnd(9)} ${count(blocks, 'block')} read by ${count(requests, 'request')}: ${count(logs, 'log')}, ${count(flows.added, 'flow')} new, ${grouped(flows.retired)} retired`,
    ...shown.map((fault) => `! ${chain}: ${safeText(fault)}`),
    ...more,
  ]
}

function suspectsLine({ suspects }: IngestSummary): string[] {
  if (suspects.found + suspects.released + suspects.left === 0) return []
  return [
    `  suspects  ${suspects.found} found, ${suspects.released} released, ${suspects.left} left (tidemark gaps)`,
  ]
}

function providerLine(report: ProviderReport): string {
  const p95 = report.p95Ms === null ? '' : `, p95 ${Math.round(report.p95Ms)} ms`
  return `  ${report.provider.padEnd(9)} ${count(report.calls, 'call')} to ${report.host}, ${report.rateLimited}× 429, ${report.retries} retried, ${report.failed} failed${p95}`
}

const hours = (value: number): string => `${grouped(value)} h`

/** What went wrong: one line a kind with its count, then wallets, unpriced and missing assets. */
export function troubles(summary: IngestSummary): string[] {
  const kinds = new Map<string, Failure[]>()
  for (const failure of summary.failures) {
    const kind = `${failure.code} ${failure.provider ?? ''} ${failure.fix}`
    kinds.set(kind, [...(kinds.get(kind) ?? []), failure])
  }
  const lines = [...kinds.values()].slice(0, CAUSES).flatMap((failures) => {
    const [first] = failures
    if (first === undefined) return []
    const more = failures.length === 1 ? '' : ` (${failures.length}×, of ${items(failures)})`
    return [`✗ ${first.item}: ${first.message}${more}`, `  → ${first.fix}`]
  })
  if (kinds.size > CAUSES) lines.push(`✗ and ${kinds.size - CAUSES} other kinds; --json lists them`)
  for (const { wallet, reason } of summary.missingWallets) lines.push(`! wallet ${wallet}: ${reason}`)
  if (summary.unpriced.length > 0) lines.push(`! no source prices ${summary.unpriced.join(', ')}`)
  const tokens = [...new Set([...summary.unpriced, ...summary.missing.map(({ asset }) => asset)])]
    .filter((asset) => tokenOf(asset) !== null)
    .slice(0, CAUSES)
  for (const asset of tokens) lines.push(`  → ${hideAdvice(asset)}`)
  for (const { asset, hours } of summary.missing)
    lines.push(`! ${asset}: ${count(hours, 'hour')} without a price`)
  return lines
}

function items(failures: readonly Failure[]): string {
  const shown = failures.slice(0, 5).map((failure) => failure.item)
  return shown.join(', ') + (failures.length > shown.length ? ', …' : '')
}
