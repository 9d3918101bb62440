import type { Command } from 'commander'
import type { AssetId, Quote } from '#core/asset.ts'
import { formatTime } from '#core/hour.ts'
import { decideSuspect } from '#pipeline/jobs/suspects.ts'
import { examples, type Act } from '../../cli/command.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { timeOption } from '../../cli/times.ts'
import { singleAsset } from '../../cli/values.ts'
import { readConfig } from '../../wiring/config.ts'
import { refuseInvented } from '../../wiring/invented.ts'
import { jobBase } from '../../wiring/job.ts'
import { openForJob } from '../../wiring/store.ts'

type Options = { asset: AssetId; time: number; provider: string; quote?: string }
const STATES = { accept: 'accepted', reject: 'rejected' } as const

/** `gaps accept` and `gaps reject`: a sample that was kept aside, decided by hand. */
export function define(command: Command, act: Act): void {
  const verb = command.name() === 'gaps accept' ? 'accept' : 'reject'
  examples(command, [[`tidemark gaps ${verb} --asset bitcoin --time 2026-11-01T06:00:12Z`, '']])
    .requiredOption('--asset <id>', 'asset of the sample', singleAsset('--asset'))
    .requiredOption('--time <time>', 'its time, as "tidemark gaps" lists it', timeOption('--time'))
    .option('--provider <id>', 'who sent it', 'coingecko')
    .option('--quote <code>', 'currency it is quoted in (default: base currency)')
    .action(act((cli: Cli, options: Options) => decide(cli, verb, options)))
}

async function decide(cli: Cli, verb: keyof typeof STATES, options: Options): Promise<Outcome> {
  const config = readConfig(cli)
  refuseInvented(config.dataDir)
  cli.stop.drain()
  const store = await openForJob(config, false)
  try {
    const quote = (options.quote?.toLowerCase() ?? config.baseCurrency) as Quote
    const { asset, time, provider } = options
    const suspect = await decideSuspect({ asset, quote, provider, time }, STATES[verb], jobBase(store))
    return {
      exitCode: 0,
      text: () =>
        `${suspect.asset} at ${formatTime(suspect.time)}: ${suspect.price} ${quote} is ${suspect.state}`,
      document: () => ({ suspect: { ...suspect, time: formatTime(suspect.time) } }),
    }
  } finally {
    await store.close()
  }
}
