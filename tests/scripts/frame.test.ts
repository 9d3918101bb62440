import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COMMANDS } from '#scripts/cli/commands.ts'
import { wantsColour } from '#scripts/cli/terminal.ts'
import { build, documentOf, scratch, tidemark } from './support.ts'

const { dir, remove } = scratch()
beforeAll(build)
afterAll(remove)

const run = (...args: string[]) => tidemark(args, { cwd: dir })

describe('help', () => {
  test('of the program lists every command and is a result', async () => {
    const help = await run('--help')
    expect(help).toMatchObject({ code: 0, stderr: '' })
    for (const { name, summary } of COMMANDS)
      expect(help.stdout).toMatch(new RegExp(`${name}.* ${summary.slice(0, 20)}`))
  })

  test('of every command begins with examples, and "help NAME" is the same', async () => {
    for (const { name } of COMMANDS) {
      const words = name.split(' ')
      const [option, command] = await Promise.all([run(...words, '--help'), run('help', ...words)])
      expect(option.stdout, name).toMatch(/^Examples:\n {2}\$ \w+/)
      expect(option.stdout, name).toContain(`Usage: tidemark ${name}`)
      expect(command.stdout, name).toBe(option.stdout)
      expect([option.code, command.code, option.stderr], name).toEqual([0, 0, ''])
    }
  })

  test('with --json is one document', async () => {
    expect(documentOf(await run('pnl', '--help', '--json'))).toMatchObject({
      schemaVersion: 1,
      help: expect.stringContaining('Usage: tidemark pnl') as string,
    })
  })

  test('the version is that of package.json', async () => {
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    expect((await run('--version')).stdout.trim()).toBe(manifest.version)
  })
})

describe('usage', () => {
  const wrong: [string[], RegExp][] = [
    [[], /No command was named/],
    [['pln'], /Unknown command 'pln'/],
    [['help', 'pln'], /Unknown command 'pln'/],
    [['config', '--jsn'], /Unknown option '--jsn'/],
    [['config', 'more'], /too many arguments/i],
    [['pnl', '--days', 'x'], /--days "x" is not a whole number/],
    [['pnl', '--days', '0'], /--days "0" is not a whole number from 1/],
    [['pnl', '--from', 'soon'], /--from.*not a time/],
    [['pnl', '--from', '2026-02-02', '--to', '2026-02-01'], /--to is before --from/],
    [['pnl', '--every', '2h'], /Allowed choices are 1h, 6h, 1d, 1w/],
    [['pnl', '--asset', 'no such asset'], /--asset "no such asset" is no asset id/],
    [['pnl', '--mode'], /argument missing/],
    [['ingest', '--wallet', '0x0000000000000000000000000000000000000001'], /--wallet needs its chains/],
    [['ingest', '--wallet', 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq', '--chain', 'base'], /Bitcoin/],
    [['ingest', '--days', '3', '--from', '2026-01-01'], /cannot be used with/],
    [['completion', 'tcsh'], /Allowed choices are bash, zsh, fish/],
    [['config', '--progress', 'loud'], /Allowed choices are bar, lines, json, none/],
    [['config', '--owner', '../x'], /no owner name/],
    [['import'], /missing required argument 'file'/i],
  ]
  test.each(wrong)('%j exits 2 and says why on stderr', async (args, words) => {
    const ended = await run(...args)
    expect(ended.code).toBe(2)
    expect(ended.stdout).toBe('')
    expect(ended.stderr).toMatch(words)
  })

  test.each(wrong)('%j with --json is one document on stdout', async (args) => {
    const ended = await run(...args, '--json')
    expect(ended.code).toBe(2)
    expect(ended.stderr).toBe('')
    expect(documentOf(ended).error).toMatchObject({ code: 'USAGE' })
  })

  test('a typo gets the nearest name, and nothing is run', async () => {
    expect((await run('ingets')).stderr).toContain('Did you mean ingest?')
    expect((await run('config', '--qiet')).stderr).toContain('Did you mean --quiet?')
  })

  test('the options of every command stand before or after its name', async () => {
    const after = await run('config', '--json', '--data-dir', '/nowhere')
    const before = await run('--data-dir', '/nowhere', '--json', 'config')
    expect(before.stdout).toBe(after.stdout)
    expect(documentOf(before)).toMatchObject({ store: '/nowhere/tidemark.db' })
  })

  test('A35: what a terminal would obey is shown, not obeyed', async () => {
    const { stderr } = await run('pn\u001b[31ml', '--json=\u202e')
    expect(stderr).not.toMatch(/[\u001b\u202e]/)
  })
})

describe('settings', () => {
  test('F41: a typo, a wrong value and an empty secret are named together, exit 5, before anything is called', async () => {
    const env = { COINGEKO_API_KEY: 'x', COINGECKO_PLAN: 'gold', ALLIUM_API_KEY: '' }
    const ended = await tidemark(['pnl', '--json'], { cwd: dir, env })
    expect(ended.code).toBe(5)
    const { error } = documentOf(ended)
    expect(error?.code).toBe('CONFIG_INVALID')
    const faults = error?.faults?.join('\n') ?? ''
    expect(faults).toContain('COINGECKO_API_KEY')
    expect(faults).toMatch(/COINGECKO_PLAN.*gold.*public, demo, pro/)
    expect(faults).toContain('ALLIUM_API_KEY is empty')
  })

  test('flags win over the environment, the environment over .env', async () => {
    const cwd = join(dir, 'layers')
    mkdirSync(cwd)
    writeFileSync(join(cwd, '.env'), 'LOG_LEVEL=debug\nBASE_CURRENCY=eur\n')
    const env = { BASE_CURRENCY: 'chf', TIDEMARK_DATA_DIR: '/from-environment' }
    const { settings } = documentOf(
      await tidemark(['config', '--json', '--data-dir', '/from-flag'], { cwd, env }),
    ) as unknown as { settings: { name: string; value: string; origin: string }[] }
    const of = (name: string) => {
      const { value, origin } = settings.find((one) => one.name === name) ?? {}
      return [value, origin]
    }
    expect(of('TIDEMARK_DATA_DIR')).toEqual(['/from-flag', 'flag'])
    expect(of('BASE_CURRENCY')).toEqual(['chf', 'environment'])
    expect(of('LOG_LEVEL')).toEqual(['debug', '.env'])
    expect(of('STORAGE')).toEqual(['embedded', 'default'])
  })

  test('a store that is not there is exit 10, and says how to make it', async () => {
    for (const command of ['pnl', 'verify']) {
      const ended = await run(command, '--data-dir', join(dir, 'none'), '--json')
      expect(ended.code, command).toBe(10)
      expect(documentOf(ended).error).toMatchObject({
        code: 'NOT_INITIALISED',
        fix: expect.stringContaining('tidemark init') as string,
      })
    }
  })
})

describe('places', () => {
  test.each(['/proc/tidemark', '/sys/tidemark', '/dev/tidemark', 'a-file', 'a-link', 'a-file/below'])(
    'a data folder at %s can hold no store: exit 6 at once, with the path',
    async (place) => {
      if (!existsSync(join(dir, 'a-file'))) {
        writeFileSync(join(dir, 'a-file'), '')
        symlinkSync(join(dir, 'a-file'), join(dir, 'a-link'))
      }
      for (const command of ['init', 'pnl', 'demo']) {
        const ended = await tidemark([command, '--json', '--data-dir', place], { cwd: dir })
        const { error } = documentOf(ended)
        expect([ended.code, error?.code], command).toEqual([6, 'STORE_UNAVAILABLE'])
        expect(error?.message, command).toContain(place)
      }
    },
  )

  test('a portfolio that is a folder is exit 5, with the path', async () => {
    const ended = await run('pnl', '--json', '--portfolio', dir, '--data-dir', await emptyStore())
    expect(ended.code).toBe(5)
    expect(documentOf(ended).error?.message).toBe(`${dir} is a folder, not a file.`)
  })

  test('"config" shows the portfolio file in force', async () => {
    const cwd = join(dir, 'in-force')
    mkdirSync(cwd)
    expect(documentOf(await tidemark(['config', '--json'], { cwd }))).toMatchObject({ portfolio: null })
    writeFileSync(join(cwd, 'portfolio.yaml'), '')
    expect((await tidemark(['config'], { cwd })).stdout).toContain(join(cwd, 'portfolio.yaml'))
  })

  test('the store and a backup are for their owner alone, whatever the mask of the shell', async () => {
    const data = await emptyStore()
    const copy = join(data, 'copy.db')
    expect((await run('backup', copy, '--data-dir', data)).code).toBe(0)
    for (const file of [join(data, 'tidemark.db'), copy]) expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('a backup never overwrites what is no store, and names a folder that is missing', async () => {
    const data = await emptyStore()
    const letter = join(data, 'letter.txt')
    writeFileSync(letter, 'dear all')
    const over = documentOf(await run('backup', letter, '--json', '--data-dir', data))
    expect(over.error?.code).toBe('INPUT_INVALID')
    expect(readFileSync(letter, 'utf8')).toBe('dear all')
    const nowhere = join(data, 'no/such/copy.db')
    const missing = await run('backup', nowhere, '--json', '--data-dir', data)
    expect([missing.code, documentOf(missing).error?.message]).toEqual([
      2,
      expect.stringContaining(join(data, 'no/such')),
    ])
  })

  /** A data folder of its own with a new store. */
  async function emptyStore(): Promise<string> {
    const cwd = mkdtempSync(join(dir, 'store-'))
    expect((await tidemark(['init'], { cwd })).code).toBe(0)
    return join(cwd, 'data')
  }
})

describe('colour', () => {
  const terminal = { isTTY: true }
  test.each([
    ['a terminal', terminal, {}, true, true],
    ['a pipe', {}, {}, true, false],
    ['NO_COLOR', terminal, { NO_COLOR: '1' }, true, false],
    ['an empty NO_COLOR', terminal, { NO_COLOR: '' }, true, true],
    ['TERM=dumb', terminal, { TERM: 'dumb' }, true, false],
    ['FORCE_COLOR on a pipe', {}, { FORCE_COLOR: '1' }, true, true],
    ['FORCE_COLOR over NO_COLOR', {}, { FORCE_COLOR: '1', NO_COLOR: '1' }, true, true],
    ['FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, true, false],
    ['--no-color over FORCE_COLOR', terminal, { FORCE_COLOR: '1' }, false, false],
  ])('%s', (_name, stream, env, flag, expected) => {
    expect(wantsColour(stream, env, flag)).toBe(expected)
  })
})
