import type { AssetId } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import { openImport, type ImportOptions, type OpenedImport } from '#ingestion/imports/read.ts'

export const NOW = Date.UTC(2026, 10, 21)

const DEFAULTS: ImportOptions = {
  format: 'auto',
  mapping: null,
  assets: {},
  known: () => null,
  wallet: null,
  zone: null,
  skipBad: false,
  base: 'fiat:usd',
}

export type Read = { readonly flows: readonly Flow[]; readonly opened: OpenedImport }

/** Reads the text of a file as the import does. */
export async function readText(text: string | Buffer, options: Partial<ImportOptions> = {}): Promise<Read> {
  async function* input() {
    yield text
  }
  const opened = await openImport(input(), { ...DEFAULTS, ...options })
  const place = {
    owner: 'ann',
    book: 'portfolio:main',
    source: `import:${opened.format}`,
    file: '/data/f.csv',
    now: NOW,
  }
  const flows: Flow[] = []
  for await (const piece of opened.flows(place)) flows.push(...piece)
  return { flows, opened }
}

/** A flow in a few words: `2024-01-02T11:00 buy 0.5 bitcoin @ 40000 eur fee 1 fiat:eur in kraken`. */
export function told(flow: Flow): string {
  const price = flow.unitPrice === null ? '' : ` @ ${flow.unitPrice} ${flow.priceCurrency ?? 'base'}`
  const fee = flow.fee === null ? '' : ` fee ${flow.fee} ${flow.feeAsset ?? 'base'}`
  const time = new Date(flow.time).toISOString().replace(/(:00)?\.000Z$/, '')
  return `${time} ${flow.kind} ${flow.quantity} ${flow.asset}${price}${fee} in ${flow.wallet}`
}

/** Groups of lines that share a transaction, as `a+b`; a row without one is alone. */
export function grouped(flows: readonly Flow[]): string[] {
  const groups = new Map<string, string[]>()
  for (const [at, flow] of flows.entries()) {
    const key = flow.tx ?? `alone ${at}`
    groups.set(key, [...(groups.get(key) ?? []), flow.kind])
  }
  return [...groups.values()].map((kinds) => kinds.join('+'))
}

export const knownAs = (ids: Readonly<Record<string, string>>) => (symbol: string) =>
  (ids[symbol] ?? null) as AssetId | null
