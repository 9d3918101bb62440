import type { Command } from 'commander'
import type { Coin } from '#core/coin.ts'
import { formatTime } from '#core/hour.ts'
import { displayPrice } from '#delivery/number.ts'
import { listCoins } from '#pipeline/queries/coins.ts'
import { pageOf } from '#pipeline/queries/page.ts'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import { listOutcome, pageAsk, type List } from '../cli/list.ts'
import { checkRange, listOptions, type ListOptions } from '../cli/options.ts'
import type { Outcome } from '../cli/output.ts'
import { readConfig } from '../wiring/config.ts'
import { openForReading } from '../wiring/store.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark coins', 'by market cap, as last pulled'],
    ["tidemark coins --limit 5 --json | jq -r '.coins[].asset'", ''],
  ])
  listOptions(command).action(act(run))
}

const price = (text: string | null): string => (text === null ? '—' : displayPrice(Number(text)))

const COINS: List<Coin> = {
  name: 'coins',
  columns: [
    { head: '#', number: true, text: ({ rank }) => (rank === null ? '—' : String(rank)) },
    { head: 'asset', text: ({ asset }) => asset },
    { head: 'symbol', text: ({ symbol }) => symbol.toUpperCase() },
    { head: 'name', text: ({ name }) => name },
    { head: 'price', number: true, text: (coin) => price(coin.price) },
    { head: 'market cap', number: true, text: (coin) => price(coin.marketCap) },
    { head: 'in', text: ({ quote }) => quote },
    { head: 'updated', text: ({ updated }) => (updated === null ? '—' : formatTime(updated)) },
  ],
  document: (coin) => ({ ...coin, updated: coin.updated === null ? null : formatTime(coin.updated) }),
  empty: 'No coins were pulled yet: run "tidemark ingest".',
}

async function run(cli: Cli, options: ListOptions): Promise<Outcome> {
  checkRange(options)
  const store = await openForReading(readConfig(cli))
  try {
    const { from = -Infinity, to = Infinity, asset: assets } = options
    const all = await listCoins(store, { limit: Infinity, offset: 0, assets })
    const rows = all.rows.filter(
      ({ updated }) => (updated ?? all.readAt ?? 0) >= from && (updated ?? 0) <= to,
    )
    return listOutcome(cli, COINS, pageOf(rows, pageAsk(options)), options)
  } finally {
    await store.close()
  }
}
