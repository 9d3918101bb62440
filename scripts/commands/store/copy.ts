import type { Command } from 'commander'
import { TidemarkError } from '#core/errors.ts'
import { copyStore } from '#storage/copy.ts'
import { openStore } from '#storage/open.ts'
import { examples, type Act } from '../../cli/command.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { grouped } from '../../cli/plan-text.ts'
import { readConfig } from '../../wiring/config.ts'
import { namedStore, type NamedStore } from '../../wiring/store-name.ts'

type Options = { from: string; to: string; overwrite?: true }

export function define(command: Command, act: Act): void {
  examples(command, [
    [
      'tidemark store copy --from embedded --to mongodb',
      'move out of one file; addresses as STORAGE=mongodb uses',
    ],
    ['tidemark store copy --from mongodb+influxdb --to embedded:all.db', 'and back, into a file of its own'],
    [
      'tidemark store copy --from mongodb --to mongodb:new.env',
      'addresses of the other server in a file like .env',
    ],
  ])
    .requiredOption(
      '--from <store>',
      'embedded, mongodb or mongodb+influxdb; elsewhere as embedded:FILE, mongodb:ENV-FILE',
    )
    .requiredOption('--to <store>', 'likewise; created where it is missing')
    .option('--overwrite', 'replace rows there that differ')
    .action(act(copy))
}

async function copy(cli: Cli, { from, to, overwrite }: Options): Promise<Outcome> {
  const config = readConfig(cli)
  const [source, target] = [namedStore(from, config), namedStore(to, config)]
  refuseSame(source, target)
  cli.stop.drain()
  const here = await openStore({ ...source.options, readOnly: true })
  try {
    const there = await openStore({ ...target.options, create: true })
    try {
      const { tables, hash } = await copyStore(here, there, {
        overwrite: overwrite ?? false,
        signal: cli.stop.signal,
        onPart: (table, rows, copied) => {
          if (rows > 0) cli.out.note(`${table.padEnd(14)} ${grouped(copied)} of ${grouped(rows)} rows copied`)
        },
      })
      const copied = Object.values(tables).reduce((sum, table) => sum + table.copied, 0)
      return {
        exitCode: 0,
        text: () =>
          `✓ ${target.name} holds what ${source.name} holds: ${grouped(copied)} rows copied, sha-256 ${hash}`,
        document: () => ({ from: source.name, to: target.name, hash, tables }),
      }
    } finally {
      await there.close()
    }
  } finally {
    await here.close()
  }
}

function refuseSame(source: NamedStore, target: NamedStore): void {
  if (JSON.stringify(source.options) !== JSON.stringify(target.options)) return
  throw new TidemarkError('USAGE', {
    message: `--from and --to name the same store, ${source.name}.`,
    fix: 'Name another one to copy to.',
  })
}
