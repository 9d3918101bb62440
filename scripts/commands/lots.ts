import { Option, type Command } from 'commander'
import { LOT_CSVS, type LotCsv } from '#delivery/lots/csv-names.ts'
import { examples, type Act } from '../cli/command.ts'
import { textList, wholeNumber } from '../cli/values.ts'
import { settingsOptions, sourceOptions, type SettingsOptions, type SourceOptions } from './lots/options.ts'

export type LotsOptions = SettingsOptions &
  SourceOptions & {
    asset?: string[]
    year?: number
    open?: true
    compare?: true | string[]
    explain?: string
    csv?: true | LotCsv
    all?: true
  }

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark lots', 'what is open, what was realised, and what is wrong first'],
    ['tidemark lots --method hifo --scope wallet --year 2025', ''],
    ['tidemark lots --method bitcoin=hifo --method 2024=lifo', 'a method for one asset, and for one year'],
    ['tidemark lots --compare fifo hifo average', 'methods and scopes side by side'],
    ['tidemark lots --explain flows.csv:14', 'the whole trail of one gain'],
    ['tidemark lots --year 2025 --csv 8949 > form8949.csv', 'the columns of Form 8949'],
    ['tidemark lots --flows flows.csv --marks marks.csv --json', 'from two files, without a store'],
  ])
  settingsOptions(command)
  sourceOptions(command)
    .option('--asset <id...>', 'only these assets', textList)
    .option(
      '--year <year>',
      'what was realised, earned and paid in this year',
      wholeNumber('--year', 2009, 2200),
    )
    .option('--open', 'leave out lots that are closed')
    .option('--compare [method...]', 'methods (default: all) side by side, pooled and by wallet')
    .option('--explain <flow|lot>', 'one flow (its id, its file:line or its tx) or one lot, step by step')
    .addOption(new Option('--csv [columns]', 'as CSV on stdout (default: gains)').choices([...LOT_CSVS]))
    .option('--all', 'every row, where the tables would show the newest')
    .addHelpText('after', '\nThis is a calculation, not tax advice.')
    .action(act(async (cli, options: LotsOptions) => (await import('./lots/run.ts')).runLots(cli, options)))
}
