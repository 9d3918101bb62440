import type { Grammar, GrammarOption } from './grammar.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** The completion script of a shell. Asset ids come from a plain file beside the store: no program is started. */
export function completionScript(shell: Shell, program: Grammar): string {
  const help = {
    name: 'help',
    summary: 'how a command is used',
    options: [],
    words: names(program),
    commands: [],
  }
  return { bash, zsh, fish }[shell]({ ...program, commands: [...program.commands, help] })
}

const ASSETS =
  'cat "${TIDEMARK_DATA_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/tidemark}/assets.txt" 2>/dev/null'

const longs = (grammar: Grammar): string[] => grammar.options.map((option) => option.long)
const names = (grammar: Grammar): string[] => grammar.commands.map((command) => command.name)
const wordsOf = (command: Grammar, program: Grammar): string =>
  [
    ...names(command),
    ...command.words,
    ...new Set([...longs(command), ...command.commands.flatMap(longs)]),
    ...longs(program),
  ].join(' ')

/** Options that take a value, each once, over all commands. */
function valued(program: Grammar): GrammarOption[] {
  const all = [program, ...program.commands, ...program.commands.flatMap((command) => command.commands)]
  const seen = new Map<string, GrammarOption>()
  for (const option of all.flatMap((grammar) => grammar.options)) {
    if (option.value !== null && option.value.kind !== 'text') seen.set(option.long, option)
  }
  return [...seen.values()]
}

function bash(program: Grammar): string {
  const values = valued(program).map(({ long, value }) => {
    if (value?.kind === 'choice') return `    ${long}) words="${value.choices.join(' ')}" ;;`
    if (value?.kind === 'asset') return `    ${long}) words="$(${ASSETS})" ;;`
    return `    ${long}) COMPREPLY=($(compgen -f -- "$cur")); return ;;`
  })
  const commands = program.commands.map(
    (command) => `      ${command.name}) words="${wordsOf(command, program)}" ;;`,
  )
  return `# tidemark completion for bash: eval "$(tidemark completion bash)"
_tidemark() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command="" words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case " ${names(program).join(' ')} " in
      *" \${COMP_WORDS[i]} "*) command="\${COMP_WORDS[i]}"; break ;;
    esac
  done
  case "$prev" in
${values.join('\n')}
  esac
  if [ -z "$words" ]; then
    case "$command" in
${commands.join('\n')}
      *) words="${[...names(program), ...longs(program)].join(' ')}" ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _tidemark tidemark
`
}

function zsh(program: Grammar): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
  const commands = program.commands.map(
    (command) => `    ${quoted(`${command.name}:${command.summary.replaceAll(':', '\\:')}`)}`,
  )
  const values = valued(program).map(({ long, value }) => {
    if (value?.kind === 'choice') return `    ${long}) compadd -- ${value.choices.join(' ')}; return ;;`
    if (value?.kind === 'asset') return `    ${long}) compadd -- \${(f)"$(${ASSETS})"}; return ;;`
    return `    ${long}) _files; return ;;`
  })
  const cases = program.commands.map(
    (command) => `    ${command.name}) compadd -- ${wordsOf(command, program)} ;;`,
  )
  return `#compdef tidemark
# tidemark completion for zsh: eval "$(tidemark completion zsh)"
_tidemark() {
  local -a commands
  commands=(
${commands.join('\n')}
  )
  case "\${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  local command="" word
  for word in \${words[2,CURRENT-1]}; do
    if (( \${commands[(I)\${word}:*]} )); then command="$word"; break; fi
  done
  case "$command" in
${cases.join('\n')}
    *) _describe command commands; compadd -- ${longs(program).join(' ')} ;;
  esac
  [[ "$PREFIX" != -* ]] && _files
}
# Loaded by name from a folder of \$fpath, this file is the function's first call.
if [[ "\${funcstack[1]}" = _tidemark ]]; then _tidemark; else compdef _tidemark tidemark; fi
`
}

function fish(program: Grammar): string {
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const optionLine = (option: GrammarOption, when: string): string => {
    const value =
      option.value === null
        ? ''
        : option.value.kind === 'choice'
          ? ` -x -a ${quoted(option.value.choices.join(' '))}`
          : option.value.kind === 'asset'
            ? ` -x -a '(__tidemark_assets)'`
            : ' -r'
    return `complete -c tidemark${when} -l ${option.long.slice(2)}${value} -d ${quoted(option.summary)}`
  }
  const under = (...words: string[]): string =>
    ` -n '${words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ')}'`
  const lines = program.options.map((option) => optionLine(option, ''))
  for (const command of program.commands) {
    const here = under(command.name)
    lines.push(
      `complete -c tidemark -n __fish_use_subcommand -f -a ${command.name} -d ${quoted(command.summary)}`,
      ...command.options.map((option) => optionLine(option, here)),
      ...command.commands.flatMap((sub) => [
        `complete -c tidemark${here} -f -a ${sub.name} -d ${quoted(sub.summary)}`,
        ...sub.options.map((option) => optionLine(option, under(command.name, sub.name))),
      ]),
      ...(command.words.length > 0
        ? [`complete -c tidemark${here} -f -a ${quoted(command.words.join(' '))}`]
        : []),
    )
  }
  return `# tidemark completion for fish: tidemark completion fish | source
function __tidemark_assets
  set -l folder $TIDEMARK_DATA_DIR
  if test -z "$folder"
    set folder $HOME/.local/share/tidemark
    test -n "$XDG_DATA_HOME"; and set folder $XDG_DATA_HOME/tidemark
  end
  cat $folder/assets.txt 2>/dev/null
end
${lines.join('\n')}
`
}
