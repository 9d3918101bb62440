import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { checksumAddress } from '#core/address.ts'
import { TidemarkError } from '#core/errors.ts'
import type { Portfolio, Wallet } from '#core/portfolio.ts'
import { examples, type Act } from '../../cli/command.ts'
import type { Cli } from '../../cli/context.ts'
import { listTable, type List } from '../../cli/list.ts'
import type { Outcome } from '../../cli/output.ts'
import { readConfig } from '../../wiring/config.ts'
import { choosePortfolio, portfolioInForce } from '../../wiring/portfolio.ts'
import { openForReading } from '../../wiring/store.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark wallets list', 'the wallets of the portfolio, with their chains'],
    ['tidemark wallets list --json', ''],
  ]).action(act(run))
}

/** A wallet as machines read it; the address carries its checksum. */
export function walletDocument({ address, label, chains, ens }: Wallet): object {
  return { address: checksumAddress(address), label, chains, ens: ens ?? null }
}

const WALLETS: List<Wallet> = {
  name: 'wallets',
  columns: [
    { head: 'label', text: ({ label }) => label ?? '' },
    { head: 'address', text: ({ address }) => checksumAddress(address) },
    { head: 'chains', text: ({ chains }) => chains.join(', ') },
    { head: 'ENS', text: ({ ens }) => (ens === undefined ? '' : `${ens.name} at block ${ens.block}`) },
  ],
  document: walletDocument,
  empty: 'The portfolio has no wallets: "tidemark wallets add 0x…" puts one in.',
}

async function run(cli: Cli): Promise<Outcome> {
  const portfolio = await portfolioToList(cli)
  const wallets = portfolio?.wallets ?? []
  return {
    exitCode: 0,
    text: async () => {
      if (wallets.length > 0) return listTable(cli, WALLETS, wallets)
      cli.out.note(portfolio === null ? 'There is no portfolio: "tidemark init" writes one.' : WALLETS.empty)
      return ''
    },
    document: () => ({
      portfolio: portfolio?.name ?? null,
      wallets: wallets.map(walletDocument),
    }),
  }
}

/** A file is enough; the store is asked only where there is none. */
async function portfolioToList(cli: Cli): Promise<Portfolio | null> {
  const config = readConfig(cli)
  const file = portfolioInForce(config)
  if (file !== null && existsSync(file)) return (await choosePortfolio(cli, config, null))?.portfolio ?? null
  let store
  try {
    store = await openForReading(config)
  } catch (error) {
    if (error instanceof TidemarkError && error.code === 'NOT_INITIALISED') return null
    throw error
  }
  try {
    return (await choosePortfolio(cli, config, store))?.portfolio ?? null
  } finally {
    await store.close()
  }
}
