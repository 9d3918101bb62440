import type { Command } from 'commander'
import { examples, type Act } from '../cli/command.ts'
import { sayVersion } from '../cli/version.ts'
import { readConfig } from '../wiring/config.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark schedule', 'at five past every hour, until Ctrl-C'],
    ['tidemark schedule --cron "*/15 * * * *"', 'every quarter of an hour'],
  ])
    .option('--cron <expression>', 'minute hour day month weekday, in UTC (also SCHEDULE_CRON)')
    .action(
      act(async (cli, options: { cron?: string }) => {
        const config = readConfig(cli, options.cron === undefined ? {} : { SCHEDULE_CRON: options.cron })
        sayVersion(cli)
        const { runSchedule } = await import('./schedule/run.ts')
        return runSchedule(cli, config)
      }),
    )
}
