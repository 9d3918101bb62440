/** The completion scripts in their shells: each parses its own, and Tab in a real terminal completes a line. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COMMANDS } from '#scripts/cli/commands.ts'
import { ENTER, installed, onTerminal, TAB } from '#tests/support/terminal.ts'
import { build, scratch, tidemark } from './support.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const
const PARSE = { bash: '-n', zsh: '-n', fish: '--no-execute' } as const

const { dir, remove } = scratch()
const file = (shell: string) => join(dir, `tidemark.${shell}`)
beforeAll(async () => {
  build()
  for (const shell of SHELLS)
    writeFileSync(file(shell), (await tidemark(['completion', shell], { cwd: dir })).stdout)
  mkdirSync(join(dir, 'data'))
  writeFileSync(join(dir, 'data/assets.txt'), 'bitcoin\nbinancecoin\nethereum\n')
  // Loaded by its name from a folder of $fpath, as a script that is put there for good is.
  mkdirSync(join(dir, 'functions'))
  writeFileSync(
    join(dir, 'functions/_tidemark'),
    (await tidemark(['completion', 'zsh'], { cwd: dir })).stdout,
  )
})
afterAll(remove)

const python = installed('python3')

test.each(SHELLS)('the script for %s names every command', async (shell) => {
  const script = (await tidemark(['completion', shell], { cwd: dir })).stdout
  for (const { name } of COMMANDS) for (const word of name.split(' ')) expect(script).toContain(word)
})

describe.each(SHELLS)('%s', (shell) => {
  test.skipIf(!installed(shell))('parses its script', () => {
    const { status, stderr } = spawnSync(shell, [PARSE[shell], file(shell)], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
  })
})

/** Lines as they are typed before Tab, and what the shell makes of each. */
const TYPED: readonly (readonly [line: string, completed: string])[] = [
  ['ver', 'verify'],
  ['help ver', 'help verify'],
  ['completion z', 'completion zsh'],
  ['pnl --eve', 'pnl --every'],
  ['pnl --mode sn', 'pnl --mode snapshot'],
  ['pnl --asset bitc', 'pnl --asset bitcoin'],
  ['flows ad', 'flows add'],
  ['flows add --unit', 'flows add --unit-price'],
  ['store st', 'store stats'],
  ['store copy --fr', 'store copy --from'],
  ['import tidemark.b', 'import tidemark.bash'],
]

describe('Tab completes a line in a terminal', () => {
  const setups = {
    bash: [['bash', '--norc', '--noprofile', '-i'], `. ${file('bash')}`],
    zsh: [['zsh', '-f', '-i'], `autoload -U compinit; compinit -u -D; . ${file('zsh')}`],
    'zsh, by its name': [
      ['zsh', '-f', '-i'],
      `fpath=(${join(dir, 'functions')} $fpath); autoload -U compinit; compinit -u -D`,
    ],
  } as const
  for (const [name, [argv, setup]] of Object.entries(setups)) {
    test.skipIf(!python || !installed(argv[0]))(`of ${name}`, async () => {
      // In place of the program: a function that shows the words it was given.
      writeFileSync(join(dir, 'setup'), `${setup}\ntidemark() { printf '<%s>\\n' "$*"; }\n`)
      const lines = ['. ./setup', ...TYPED.map(([line]) => `tidemark ${line}${TAB}`), 'exit']
      const { output, status } = await onTerminal(argv, {
        cwd: dir,
        env: { PS1: 'ready> ', TIDEMARK_DATA_DIR: join(dir, 'data') },
        steps: lines.map((line) => ({ after: 'ready> ', type: `${line}${ENTER}` })),
      })
      const ran = [...output.matchAll(/<([^<>]*)>\r?\n/g)].map(([, words]) => words?.trim())
      expect(ran, output).toEqual(TYPED.map(([, completed]) => completed))
      expect(status).toBe(0)
    })
  }
})

test.skipIf(!installed('fish'))('fish completes a line', () => {
  const complete = (line: string) => {
    const { stdout } = spawnSync(
      'fish',
      ['--no-config', '-c', `source ${file('fish')}; complete -C '${line}'`],
      {
        cwd: dir,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], HOME: dir, TIDEMARK_DATA_DIR: join(dir, 'data') },
      },
    )
    return stdout.split('\n').flatMap((row) => row.split('\t')[0] || [])
  }
  for (const [line, completed] of TYPED)
    expect(complete(`tidemark ${line}`), line).toEqual([completed.split(' ').at(-1)])
  expect(complete('tidemark pnl --asset b').sort()).toEqual(['binancecoin', 'bitcoin'])
  expect(complete('tidemark pnl --every 1').sort()).toEqual(['1d', '1h', '1w'])
})

test.skipIf(!installed('bash'))('bash offers all there is where it is not one', () => {
  const complete = (...words: string[]) => {
    const line = `COMP_WORDS=(tidemark ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}`
    const call = `. ${file('bash')}; ${line}; _tidemark; echo "\${COMPREPLY[*]}"`
    const env = { TIDEMARK_DATA_DIR: join(dir, 'data'), PATH: process.env['PATH'] }
    return spawnSync('bash', ['-c', call], { encoding: 'utf8', env }).stdout.trim()
  }
  expect(complete('pnl', '--every', '1')).toBe('1h 1d 1w')
  expect(complete('pnl', '--asset', 'bi')).toBe('bitcoin binancecoin')
})
