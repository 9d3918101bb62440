import type { Command } from 'commander'
import { describeConfig } from '#config/describe.ts'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import type { Outcome } from '../cli/output.ts'
import { readConfig } from '../wiring/config.ts'
import { storeLabel } from '../wiring/store.ts'
import { portfolioInForce } from '../wiring/portfolio.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark config', 'every setting, its value and where it comes from; secrets masked'],
    ["tidemark config --json | jq '.settings'", ''],
  ]).action(act(showConfig))
}

async function showConfig(cli: Cli): Promise<Outcome> {
  const config = readConfig(cli)
  const rows = describeConfig(config)
  const settings = rows.map(({ name, value, origin, description }) => ({ name, value, origin, description }))
  const store = storeLabel(config)
  const portfolio = portfolioInForce(config)
  return {
    exitCode: 0,
    text: () => {
      const width = Math.max(...rows.map(({ name }) => name.length))
      const origins = Math.max(...rows.map(({ origin }) => origin.length))
      const lines = rows.map(
        ({ name, value, origin }) =>
          `${name.padEnd(width)}  ${origin.padEnd(origins)}  ${value ?? '(not set)'}`,
      )
      const place = (name: string, path: string) => `${name.padEnd(width)}  ${''.padEnd(origins)}  ${path}`
      return [
        ...lines,
        '',
        place('store', store),
        place('portfolio', portfolio ?? '(no file: the one that is stored)'),
      ].join('\n')
    },
    document: () => ({ settings, store, portfolio }),
  }
}
