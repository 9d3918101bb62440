import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { Passwords } from '#delivery/api/auth/passwords.ts'
import { openStore } from '#storage/open.ts'
import { CTRL_C, ENTER, installed, onTerminal, type Step } from '#tests/support/terminal.ts'
import { BINARY, build, documentOf, everyOutput, scratch, tidemark } from './support.ts'

const PASSWORD = 'canary-password-Zk41-vq'

beforeAll(build)
let place: ReturnType<typeof scratch>
beforeEach(() => (place = scratch()))
afterEach(() => place.remove())
const run = (args: string[], input = '') => tidemark(['users', ...args], { cwd: place.dir, input })
const add = (name: string, ...more: string[]) => run(['add', name, ...more], `${PASSWORD}\n`)

/** The hash that is kept for a user, and whether a password is the one. */
async function isPassword(name: string, password: string): Promise<boolean> {
  const file = join(place.dir, 'data/tidemark.db')
  const store = await openStore({ kind: 'embedded', file, readOnly: true })
  try {
    const [record] = await store.records({ owner: ':server', kind: 'auth:user', from: name, to: `${name}!` })
    const { password: kept } = JSON.parse(record?.value ?? '{}') as { password: string }
    return await new Passwords().matches(password, kept)
  } finally {
    await store.close()
  }
}

test('the first account is admin of what is here; others have their own, or share', async () => {
  expect((await run(['list'])).code).toBe(10)
  expect((await add('ada')).stdout).toContain('with the portfolios of local')
  expect((await add('bob')).code).toBe(0)
  expect((await add('eve', '--role', 'viewer', '--shares', 'ada')).code).toBe(0)
  const { users } = documentOf(await run(['list', '--json'])) as unknown as { users: object[] }
  expect(users).toMatchObject([
    { name: 'ada', role: 'admin', owner: 'local', disabled: false },
    { name: 'bob', role: 'owner', owner: 'bob' },
    { name: 'eve', role: 'viewer', owner: 'local' },
  ])
  expect(await isPassword('ada', PASSWORD)).toBe(true)
})

test('a name that is taken or none, a weak password, none at all, and the last admin are refused', async () => {
  await add('ada')
  for (const [args, input, code] of [
    [['add', 'ada'], PASSWORD, 2],
    [['add', 'Ada Lovelace'], PASSWORD, 2],
    [['add', 'bob'], 'short', 2],
    [['add', 'bob'], '', 2],
    [['add', 'bob', '--shares', 'nobody'], PASSWORD, 3],
    [['disable', 'ada'], '', 2],
    [['disable', 'nobody'], '', 3],
    [['token', 'nobody'], '', 3],
  ] as const) {
    const ended = await run([...args, '--json'], input)
    expect(ended.code, args.join(' ')).toBe(code)
    expect(documentOf(ended).error?.fix, args.join(' ')).toBeTruthy()
  }
  const { users } = documentOf(await run(['list', '--json'])) as unknown as { users: object[] }
  expect(users).toHaveLength(1)
})

test('a token is shown once, listed without its text, and revoked', async () => {
  await add('ada')
  const made = documentOf(await run(['token', 'ada', '--label', 'bot', '--scope', 'write', '--json']))
  expect(made).toMatchObject({
    label: 'bot',
    scope: 'write',
    token: expect.stringMatching(/^tdm_/) as unknown,
  })
  const listed = await run(['token', 'ada', '--list', '--json'])
  expect(listed.stdout).not.toContain('tdm_')
  expect(documentOf(listed)['tokens']).toMatchObject([{ id: made['id'], label: 'bot' }])
  const revoke = () => run(['token', 'ada', '--revoke', String(made['id'])])
  expect([(await revoke()).code, (await revoke()).code]).toEqual([0, 3])
})

const terminal = installed('python3')
const type = (steps: Step[], ...args: string[]) =>
  onTerminal([process.execPath, BINARY, 'users', ...args], {
    cwd: place.dir,
    env: { TIDEMARK_DATA_DIR: join(place.dir, 'data') },
    steps,
  })

test.skipIf(!terminal)('on a terminal the password is asked for twice, and nothing shows it', async () => {
  const typed = [
    { after: 'Password for ada: ', type: `${PASSWORD}${ENTER}` },
    { after: 'Once more: ', type: `${PASSWORD}${ENTER}` },
  ]
  const made = await type(typed, 'add', 'ada')
  expect([made.status, made.kept]).toEqual([0, true])
  expect(made.output).not.toContain('canary')
  expect(await isPassword('ada', PASSWORD)).toBe(true)
  const other = { after: 'Once more: ', type: `something else${ENTER}` }
  const differ = await type([typed[0] as Step, other], 'password', 'ada')
  expect([differ.status, differ.kept]).toEqual([2, true])
  const stopped = await type([{ after: 'Password for ada: ', type: CTRL_C }], 'password', 'ada')
  expect([stopped.status, stopped.kept]).toEqual([130, true])
  expect(await isPassword('ada', PASSWORD)).toBe(true)
})

test('no password stands in anything that was written', () => {
  expect(everyOutput().length).toBeGreaterThan(10)
  expect(everyOutput().join('\n')).not.toContain(PASSWORD)
})
