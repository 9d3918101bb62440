import type { Command } from 'commander'
import { readAddress } from '#core/address.ts'
import type { AssetId } from '#core/asset.ts'
import { evmChainName } from '#core/chain.ts'
import type { Portfolio, Wallet } from '#core/portfolio.ts'
import { readTime } from '#core/time.ts'
import type { IngestRequest } from '#pipeline/jobs/ingest/request.ts'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import { checkRange, rangeOptions, type RangeOptions } from '../cli/options.ts'
import type { Outcome } from '../cli/output.ts'
import { assetList, textList, usage, wholeNumber } from '../cli/values.ts'
import { sayVersion } from '../cli/version.ts'
import { readConfig } from '../wiring/config.ts'

type Options = RangeOptions & {
  coins?: number
  asset?: AssetId[]
  wallet?: string[]
  chain?: string[]
  firstBlock?: string
  dryRun?: true
}

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark ingest', 'your portfolio, or else the top ten coins; seven days'],
    ['tidemark ingest --dry-run', 'what it would read, and what that costs'],
    ['tidemark ingest --coins 50 --days 30', ''],
    ['tidemark ingest --asset bitcoin ethereum --from 2026-01-01', ''],
    ['tidemark ingest --wallet 0x… --chain ethereum base', 'from their chains, or by Allium'],
    ['tidemark ingest --wallet 0x… --chain ethereum --first-block 2024-01-01', 'not from its first block'],
  ])
    .option('--coins <n>', 'the top N coins by market cap', wholeNumber('--coins', 1, 20_000))
    .option('--asset <id...>', 'these assets too', assetList)
    .option('--wallet <address...>', 'these wallets too', textList)
    .option('--chain <name...>', 'chains of those wallets', textList)
    .option('--first-block <block|time>', 'where wallets that were never read from their chain begin')
  rangeOptions(command).option('-n, --dry-run', 'print the plan and its cost; write nothing').action(act(run))
}

async function run(cli: Cli, options: Options): Promise<Outcome> {
  checkRange(options)
  const named = walletsOf(options)
  const firstBlock = firstBlockOf(options)
  const config = readConfig(cli)
  sayVersion(cli)
  // Providers' libraries take a while to load: help and faults of usage do not wait for them.
  const [{ runJob }, { ingest }] = await Promise.all([
    import('./ingest/run.ts'),
    import('#pipeline/jobs/ingest/ingest.ts'),
  ])
  return runJob(cli, config, options.dryRun ?? false, (job, portfolio, signal) => {
    const wallets = named.map((wallet) => ({ ...wallet, chains: wallet.chains.map(nameOf(portfolio)) }))
    for (const { address } of wallets) job.own.add(address)
    const request: IngestRequest = {
      owner: cli.globals.owner,
      coins: options.coins ?? null,
      assets: options.asset ?? [],
      wallets,
      firstBlock: onChain(firstBlock, wallets[0]?.chains[0]),
      from: options.from ?? null,
      to: options.to ?? null,
      days: options.days ?? 7,
      portfolio,
      quote: portfolio?.baseCurrency ?? config.baseCurrency,
      mode: 'now',
      dryRun: options.dryRun ?? false,
    }
    return ingest(request, job.io, job.emit, signal)
  })
}

function walletsOf(options: Options): Wallet[] {
  const chains = options.chain ?? []
  const wallets = options.wallet ?? []
  if (wallets.length > 0 && chains.length === 0) {
    throw usage('--wallet needs its chains.', 'Add --chain, such as --chain ethereum base.')
  }
  if (chains.length > 0 && wallets.length === 0) {
    throw usage('--chain belongs to --wallet, and there is none.', 'Add --wallet, or take --chain out.')
  }
  return wallets.map((text) => {
    const address = readAddress(text)
    if (address.fault !== null) throw usage(`--wallet: ${address.fault}.`, 'Correct the address.')
    return { address: address.value, label: null, chains }
  })
}

/** A chain by the name that it goes by in the store, whatever it was called. */
const nameOf = (portfolio: Portfolio | null) => (chain: string) =>
  evmChainName(chain, portfolio?.chains ?? []) ?? chain

type First = { readonly time: number } | { readonly number: number } | null

/** Digits alone are a block, of the one chain that is named. */
function firstBlockOf({ firstBlock, chain }: Options): First {
  if (firstBlock === undefined) return null
  if (/^\d{1,12}$/.test(firstBlock)) {
    if (chain?.length === 1) return { number: Number(firstBlock) }
    throw usage(
      `--first-block ${firstBlock} is a block, and blocks of different chains have nothing to do with each other.`,
      'Name one chain with --chain, or give a time such as 2024-01-01.',
    )
  }
  const time = readTime(firstBlock, Date.now())
  if (time.fault === null) return { time: time.value }
  throw usage(`--first-block: ${time.fault}.`, 'Give a block, or a time such as 2024-01-01.')
}

function onChain(first: First, chain = ''): NonNullable<IngestRequest['firstBlock']> | null {
  return first !== null && 'number' in first ? { ...first, chain } : first
}
