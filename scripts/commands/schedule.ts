import type { Command } from 'commander'
import { examples, type Act } from '../cli/command.ts'
import { sayVersion } from '../cli/version.ts'
import { readConfig } from '../wiring/config.ts'
import { redisUrlOf } from '../wiring/queue.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark schedule', 'at five past every hour, until Ctrl-C'],
    ['tidemark schedule --cron "*/15 * * * *"', 'every quarter of an hour'],
    ['tidemark schedule --queue', 'hand each run out to "tidemark worker" (needs REDIS_URL)'],
  ])
    .option('--cron <expression>', 'minute hour day month weekday, in UTC (also SCHEDULE_CRON)')
    .option('--queue', 'hand the work out to "tidemark worker" instead of doing it')
    .action(
      act(async (cli, options: { cron?: string; queue?: true }) => {
        const config = readConfig(cli, options.cron === undefined ? {} : { SCHEDULE_CRON: options.cron })
        const queue = options.queue ?? false
        if (queue) redisUrlOf(config)
        sayVersion(cli)
        const { runSchedule } = await import('./schedule/run.ts')
        return runSchedule(cli, config, queue)
      }),
    )
}
