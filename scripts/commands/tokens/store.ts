import { evmChain } from '#ingestion/evm/chains/chains.ts'
import type { EvmChain } from '#ingestion/evm/types.ts'
import type { Store } from '#pipeline/ports.ts'
import type { Portfolio } from '#core/portfolio.ts'
import type { Cli } from '../../cli/context.ts'
import { nativeCoins } from '../../wiring/chains.ts'
import { readConfig } from '../../wiring/config.ts'
import { refuseInvented } from '../../wiring/invented.ts'
import { choosePortfolio } from '../../wiring/portfolio.ts'
import { openForJob, openForReading } from '../../wiring/store.ts'

/** The store as commands about tokens see it. */
export type TokenPlace = {
  readonly store: Store
  readonly owner: string
  readonly portfolio: Portfolio | null
  /** Chains by their names; without any, those of the wallets. @throws TidemarkError INPUT_INVALID */
  readonly chainsOf: (names: readonly string[] | undefined) => EvmChain[]
}

/** Opens the store, and closes it whatever comes. */
export async function withTokenStore<T>(
  cli: Cli,
  { write }: { write: boolean },
  work: (place: TokenPlace) => Promise<T>,
): Promise<T> {
  const config = readConfig(cli)
  if (write) {
    refuseInvented(config.dataDir)
    cli.stop.drain()
  }
  const store = write ? await openForJob(config, false) : await openForReading(config)
  try {
    const portfolio = (await choosePortfolio(cli, config, store))?.portfolio ?? null
    const coins = await nativeCoins(store)
    const chainsOf = (names: readonly string[] | undefined) => {
      const wanted = names ?? [...new Set((portfolio?.wallets ?? []).flatMap(({ chains }) => chains))].sort()
      return wanted.map((name) => evmChain(name, portfolio?.chains ?? [], coins))
    }
    return await work({ store, owner: cli.globals.owner, portfolio, chainsOf })
  } finally {
    await store.close()
  }
}
