import { Command, Option } from 'commander'
import { LOCAL_OWNER } from '#core/portfolio.ts'
import type { Act } from './command.ts'
import { COMMANDS } from './commands.ts'
import { commandsOf } from './groups.ts'
import { PROGRESS, type Globals } from './context.ts'
import { usage } from './values.ts'
import { appVersion } from './version.ts'

const GLOBAL = 'Options of every command:'

/** Where the text of help goes; what commander says about faults comes as exceptions. */
export type Words = { readonly help: (text: string) => void }

/**
 * The command line as commander knows it: names and summaries of all commands, and, once one is named, its own
 * arguments and options. `exitOverride` turns every usage fault into an exception for the caller.
 */
export function buildProgram(act: Act, words: Words): Command {
  const program = new Command('tidemark')
  program
    .description('Hourly prices, holdings and PnL of a crypto portfolio, kept by yourself.')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: words.help, writeErr: words.help, outputError: () => undefined })
    .addHelpOption(new Option('-h, --help', 'show help').helpGroup(GLOBAL))
    .addHelpCommand(new Command('help').argument('[command]').description('show help').helpGroup('Begin:'))
    .optionsGroup(GLOBAL)
    .version(appVersion(), '-V, --version', 'show the version')
  addGlobals(program)
  addHelpTexts(program)
  for (const entry of COMMANDS) {
    // Not `program.command(…)`, which would take the second word of a name for an argument.
    const command = program.createCommand(entry.name).copyInheritedSettings(program)
    command.description(entry.summary).helpGroup(entry.group).optionsGroup('Options:')
    program.addCommand(command)
  }
  // Only the command that was named is loaded, and before its own options are parsed.
  program.hook('preSubcommand', async (_program, command) => {
    const entry = COMMANDS.find((one) => one.name === command.name())
    const module = await entry?.load()
    module?.define(command, act)
    const more = entry === undefined ? null : commandsOf(entry.name)
    if (more !== null) command.addHelpText('after', `\n${more}`)
  })
  return program
}

function addGlobals(program: Command): void {
  program
    .option('--json', 'one JSON document on stdout, whatever happens')
    .option('-q, --quiet', 'no notes and no progress on stderr')
    .option('--no-color', 'no colour (NO_COLOR and FORCE_COLOR are heeded too)')
    .option('--debug', 'show where an error came from')
    .addOption(
      new Option(
        '--progress <how>',
        'how progress is shown on stderr (default: bar on a terminal, else lines)',
      ).choices([...PROGRESS]),
    )
    .option('--data-dir <dir>', 'where the store and logs lie (also TIDEMARK_DATA_DIR)')
    .option('--portfolio <file>', 'portfolio to use (also TIDEMARK_PORTFOLIO; else ./portfolio.yaml)')
    .option('--owner <name>', 'whose portfolios and flows', LOCAL_OWNER)
}

function addHelpTexts(program: Command): void {
  program.addHelpText(
    'before',
    [
      'Examples:',
      '  $ tidemark demo              see it work: no network, no key',
      '  $ tidemark ingest            pull the top ten coins and seven days of hourly prices',
      '  $ tidemark pnl               what one unit of each made, hour by hour',
      '  $ tidemark init              write portfolio.yaml; edit it, then ingest and pnl again',
      "  $ tidemark pnl --json | jq '.total'",
      '',
    ].join('\n'),
  )
  program.addHelpText(
    'after',
    '\n"tidemark help COMMAND" shows examples first. Errors and exit codes: docs/errors.md',
  )
}

/** The global options as parsed. @throws TidemarkError USAGE */
export function globalsOf(program: Command): Globals {
  const given = program.opts<Partial<{ -readonly [K in keyof Globals]: Globals[K] }>>()
  const owner = given.owner ?? LOCAL_OWNER
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/i.test(owner)) {
    throw usage(`--owner "${owner}" is no owner name.`, 'Use letters, digits, "-" and "_", 64 at most.')
  }
  return {
    json: given.json ?? false,
    quiet: given.quiet ?? false,
    color: given.color ?? true,
    debug: given.debug ?? false,
    progress: given.progress ?? null,
    dataDir: given.dataDir ?? null,
    portfolio: given.portfolio ?? null,
    owner,
  }
}
