import { COMMANDS } from './commands.ts'

/**
 * Help for the first word of commands of two words, where it is no command itself: `wallets --help`, `help wallets`.
 * @returns null where something else was asked
 */
export function groupHelp(argv: readonly string[]): string | null {
  const words = argv.filter((word) => !word.startsWith('-'))
  const asked = words[0] === 'help' ? words.slice(1) : words
  const isHelp = words[0] === 'help' || argv.includes('--help') || argv.includes('-h')
  const [word, ...more] = asked
  if (!isHelp || word === undefined || more.length > 0) return null
  if (COMMANDS.some(({ name }) => name === word)) return null
  const list = commandsOf(word)
  if (list === null) return null
  return `Usage: tidemark ${word} [command] [options]\n\n${list}\n\n"tidemark ${word} COMMAND --help" shows examples first.\n`
}

/** The commands that begin with a word, with what they do; null where there are none. */
export function commandsOf(word: string): string | null {
  const own = COMMANDS.filter(({ name }) => name.startsWith(`${word} `))
  if (own.length === 0) return null
  const width = Math.max(...own.map(({ name }) => name.length))
  return ['Commands:', ...own.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)].join('\n')
}
