import type { Command } from 'commander'
import { examples, type Act } from '../cli/command.ts'
import { wholeNumber } from '../cli/values.ts'
import { sayVersion } from '../cli/version.ts'
import { readConfig } from '../wiring/config.ts'
import { redisUrlOf } from '../wiring/queue.ts'

type Options = { concurrency: number; lock: number; untilEmpty?: true }

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark worker', 'do what "backfill --queue" and "schedule --queue" hand out, until SIGTERM'],
    ['tidemark worker --concurrency 8', 'up to eight wallets and months of prices at once'],
    ['tidemark worker --until-empty', 'end when nothing is left to do'],
  ])
    .option(
      '--concurrency <n>',
      'wallets and months of prices at once',
      wholeNumber('--concurrency', 1, 64),
      4,
    )
    .option(
      '--lock <seconds>',
      'how long the work of a worker that died waits for another',
      wholeNumber('--lock', 1, 3_600),
      30,
    )
    .option('--until-empty', 'end when nothing waits and nothing is under way')
    .action(
      act(async (cli, options: Options) => {
        const config = readConfig(cli)
        redisUrlOf(config)
        sayVersion(cli)
        const { runWorker } = await import('./worker/run.ts')
        return runWorker(cli, config, {
          concurrency: options.concurrency,
          lockMs: options.lock * 1000,
          untilEmpty: options.untilEmpty ?? false,
        })
      }),
    )
}
