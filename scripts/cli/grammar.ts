import type { Command, Option } from 'commander'

/** What a shell needs to know: names, options with their values, and subcommands. */
export type Grammar = {
  readonly name: string
  readonly summary: string
  readonly options: readonly GrammarOption[]
  /** What its first argument may be, where that is a choice. */
  readonly words: readonly string[]
  readonly commands: readonly Grammar[]
}
export type GrammarOption = {
  readonly long: string
  readonly summary: string
  /** Null for a switch; else what its value is. */
  readonly value: null | { readonly kind: 'choice' | 'asset' | 'file' | 'text'; readonly choices: string[] }
}

/** Reads the grammar off the commands themselves, so that completion never lags behind them. */
export function grammarOf(command: Command): Grammar {
  return {
    name: command.name(),
    summary: command.description(),
    options: command.options.filter((option) => option.long !== undefined).map(grammarOption),
    words: command.registeredArguments[0]?.argChoices ?? [],
    commands: nested(command.commands.map(grammarOf)),
  }
}

/** Two-word commands as shells see them: the second word under the first, which need be no command by itself. */
function nested(commands: readonly Grammar[]): Grammar[] {
  const firsts = new Set(commands.map(({ name }) => name.split(' ')[0] ?? name))
  return [...firsts].map((first) => {
    const seconds = commands
      .filter(({ name }) => name.startsWith(`${first} `))
      .map((one) => ({ ...one, name: one.name.slice(first.length + 1) }))
    const summary = seconds.map(({ name }) => name).join(', ')
    const own = commands.find(({ name }) => name === first) ?? {
      name: first,
      summary,
      options: [],
      words: [],
    }
    return { ...own, commands: seconds }
  })
}

function grammarOption(option: Option): GrammarOption {
  const long = option.long ?? ''
  const takesValue = option.required || option.optional
  const kind = option.argChoices
    ? 'choice'
    : long === '--asset'
      ? 'asset'
      : /<(file|dir)/.test(option.flags)
        ? 'file'
        : 'text'
  return {
    long,
    summary: option.description,
    value: takesValue ? { kind, choices: [...(option.argChoices ?? [])] } : null,
  }
}
