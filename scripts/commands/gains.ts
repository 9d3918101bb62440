import { Option, type Command } from 'commander'
import { LOT_CSVS, type LotCsv } from '#delivery/lots/csv-names.ts'
import { examples, type Act } from '../cli/command.ts'
import { textList, wholeNumber } from '../cli/values.ts'
import { settingsOptions, sourceOptions, type SettingsOptions, type SourceOptions } from './lots/options.ts'

export type GainsOptions = SettingsOptions &
  SourceOptions & { asset?: string[]; year?: number; csv?: true | LotCsv }

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark gains', 'what was realised, by year, asset and term'],
    ['tidemark gains --year 2025 --method hifo', ''],
    ['tidemark gains --year 2025 --csv 8949 > form8949.csv', 'a part of a disposal a line'],
  ])
  settingsOptions(command)
  sourceOptions(command)
    .option('--asset <id...>', 'only these assets', textList)
    .option('--year <year>', 'this calendar year alone', wholeNumber('--year', 2009, 2200))
    .addOption(new Option('--csv [columns]', 'as CSV on stdout (default: gains)').choices([...LOT_CSVS]))
    .addHelpText('after', '\nThis is a calculation, not tax advice.')
    .action(
      act(async (cli, options: GainsOptions) => (await import('./gains/run.ts')).runGains(cli, options)),
    )
}
