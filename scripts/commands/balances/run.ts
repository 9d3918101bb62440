import { setMaxListeners } from 'node:events'
import { EXIT } from '#core/errors.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { readTime } from '#core/time.ts'
import { balancesDocument } from '#delivery/balances-json.ts'
import { balancesText } from '#delivery/balances-table.ts'
import type { AtBlock } from '#ingestion/evm/balances/chain-reader.ts'
import { walletBalances, type BalanceReport } from '#pipeline/chain/balances.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { usage } from '../../cli/values.ts'
import { openChains } from '../../wiring/chains.ts'
import { readConfig } from '../../wiring/config.ts'
import { refuseInvented } from '../../wiring/invented.ts'
import { portfolioToRead } from '../../wiring/portfolio.ts'
import { markSettings } from '../../wiring/settings.ts'
import { openForQuery } from '../../wiring/store.ts'
import type { BalancesOptions } from '../balances.ts'
import { selectWallets } from './select.ts'

/** Reads balances from the chains of the wallets, and values them by the store's prices. */
export async function runBalances(cli: Cli, options: BalancesOptions): Promise<Outcome> {
  const now = Date.now()
  const at = atBlock(options, now)
  const config = readConfig(cli)
  refuseInvented(config.dataDir)
  const opened = await openForQuery(config)
  const { store, writable: persist } = opened
  const { signal } = cli.stop
  // Each request under way listens to it.
  setMaxListeners(1_000, signal)
  try {
    const portfolio = await portfolioToRead(cli, config, opened)
    const { owner } = cli.globals
    const chains = await openChains(config, {
      ...{ store, owner, persist, own: portfolio?.chains ?? [] },
      // Somebody waits: a chain that is away is soon given up, and shown as it was.
      http: { retryAfterCapMs: config.retryAfterCap * 1000, retry: { retries: 1 } },
      say: (text) => cli.out.note(text),
    })
    try {
      const wallets = await selectWallets(options, portfolio, chains, signal)
      const quote = portfolio?.baseCurrency ?? config.baseCurrency
      const report = await walletBalances(
        { store, open: async (chain) => (await chains.open(chain)).reader },
        { owner, wallets, at, quote, now, all: options.all ?? false, persist },
        markSettings(config),
        signal,
      )
      return outcomeOf(cli, report, portfolio)
    } finally {
      chains.close()
    }
  } finally {
    await store.close()
  }
}

/** @throws TidemarkError USAGE */
function atBlock({ at, chain }: BalancesOptions, now: number): AtBlock {
  if (at === undefined) return 'latest'
  if (/^\d{1,15}$/.test(at)) {
    if (chain?.length === 1) return { block: Number(at) }
    throw usage(
      `--at ${at} is a block, and blocks of different chains have nothing to do with each other.`,
      'Name one chain with --chain, or give --at a time such as 2026-11-01T00:00:00Z.',
    )
  }
  const reading = readTime(at, now)
  if (reading.fault === null) return { time: Math.min(reading.value, now) }
  throw usage(
    `--at: ${reading.fault}.`,
    'Give --at a time such as 2026-11-01T00:00:00Z, or a block of the one --chain.',
  )
}

function outcomeOf(cli: Cli, report: BalanceReport, portfolio: Portfolio | null): Outcome {
  const { width, colour } = cli.out
  const labelOf = (address: string) =>
    portfolio?.wallets.find((wallet) => wallet.address === address)?.label ?? null
  for (const { chain, error } of report.chains)
    if (error !== null) cli.out.warn(`! ${chain} was not read: ${error.message} ${error.fix}`)
  return {
    exitCode: isWhole(report) ? EXIT.complete : EXIT.someMissing,
    text: () => balancesText(report, { width, colour: colour.stdout, labelOf }),
    document: () => balancesDocument(report),
  }
}

/** Whether nothing is missing: tokens that have no price by their nature are told by their standing, not by the exit. */
function isWhole({ balances, chains }: BalanceReport): boolean {
  const missing = balances.some(
    ({ quality, standing, reason }) => quality === 'missing' && (standing !== 'unpriced' || reason !== null),
  )
  return !missing && chains.every(({ unread }) => unread === 0)
}
