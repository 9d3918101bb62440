import type { Command } from 'commander'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import { textList, wholeNumber } from '../cli/values.ts'

/** How a server is asked to listen. */
export type ServeOptions = {
  host: string
  port: number
  tlsCert?: string
  tlsKey?: string
  behindProxy?: string[]
  publicUrl?: string
  cron?: string
  threads: number
  schedule?: true
  open?: true
}

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark serve', 'the API on 127.0.0.1:8443, for this machine alone; the first start prints a link'],
    ['tidemark serve --schedule', 'and the pipeline in it, at five past every hour'],
    ['tidemark serve --port 9000', ''],
    ['tidemark serve --host 0.0.0.0 --behind-proxy 10.0.0.0/8 --public-url https://pnl.example.org', ''],
  ])
  command
    .option(
      '--host <address>',
      'where to listen; another than loopback needs an account and TLS',
      '127.0.0.1',
    )
    .option('--port <number>', 'port; 0 is any that is free', wholeNumber('--port', 0, 65_535), 8443)
    .option('--tls-cert <file>', 'certificate, PEM')
    .option('--tls-key <file>', 'its key, PEM')
    .option(
      '--behind-proxy <cidr...>',
      'networks of a proxy that speaks TLS: its forwarded headers count',
      textList,
    )
    .option('--public-url <url>', 'where browsers reach it, if not where it listens')
    .option('--open', 'open it in the browser')
    .option('--schedule', 'run the pipeline inside, at every tick of --cron')
    .option('--cron <expression>', 'minute hour day month weekday, in UTC (also SCHEDULE_CRON)')
    .option('--threads <number>', 'threads that answer requests', wholeNumber('--threads', 1, 32), 2)
    .action(
      act(async (cli: Cli, options: ServeOptions) => {
        const { serve } = await import('../serve/serve.ts')
        return serve(cli, options)
      }),
    )
}
