import type { Command } from 'commander'
import { TidemarkError } from '#core/errors.ts'
import { examples, type Act } from '../../cli/command.ts'
import { usage } from '../../cli/values.ts'
import { readConfig } from '../../wiring/config.ts'
import { redisUrlOf, withQueue } from '../../wiring/queue.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ["tidemark jobs retry 'prices|bitcoin|usd|2026-02'", 'the id as "tidemark jobs" shows it'],
    ['tidemark jobs retry --all', 'everything that is parked'],
  ])
    .argument('[id...]', 'parked work to be tried again')
    .option('--all', 'everything that is parked')
    .action(
      act(async (cli, ids: string[], options: { all?: true }) => {
        const all = options.all === true
        if (all === ids.length > 0)
          throw usage('Name what is to be tried again, or all of it.', 'Give an id, or --all, and not both.')
        const config = readConfig(cli)
        redisUrlOf(config)
        const retried = await withQueue(config, (queue) => queue.retry(all ? 'all' : ids))
        if (!all && retried < ids.length) throw notParked(ids.length - retried)
        return { exitCode: 0, text: () => `Tried again: ${retried}`, document: () => ({ retried }) }
      }),
    )
}

function notParked(count: number): TidemarkError {
  return new TidemarkError('INPUT_INVALID', {
    message: `${count} of these ids are not parked; the others are tried again.`,
    fix: 'Copy an id from "tidemark jobs --state parked".',
  })
}
