import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '#config/load.ts'
import { TidemarkError } from '#core/errors.ts'
import { guardBind, type Bind } from '#delivery/api/auth/guard-bind.ts'
import { signingSecret } from '#delivery/api/auth/signing-secret.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { holdingsOnly } from '../stand.ts'
import { account, authStand, PASSWORD, signIn } from './stand.ts'

/** The error of something that has to fail. */
function failure(work: () => unknown): TidemarkError {
  try {
    work()
  } catch (error) {
    if (error instanceof TidemarkError) return error
    throw error
  }
  throw new Error('it did not fail')
}

describe('the secret that signs', () => {
  test('A3: one that is short, from an example or guessed at once ends the start with exit code 5', () => {
    const example = /^# AUTH_SECRET=(.*)$/m.exec(readFileSync('.env.example', 'utf8'))?.[1] ?? ''
    expect(example.length).toBeGreaterThan(32)
    for (const secret of [
      'short',
      'x'.repeat(31),
      'x'.repeat(64),
      'changeme-changeme-changeme-changeme-0123',
      'your-256-bit-secret-your-256-bit-secret',
      example,
    ]) {
      const error = failure(() => loadConfig({ env: { HOME: '/x', AUTH_SECRET: secret }, envFile: null }))
      expect([error.exitCode, error.faults[0]], secret).toEqual([5, expect.stringContaining('AUTH_SECRET')])
      expect(JSON.stringify([error.message, error.faults, error.fix])).not.toContain(secret)
    }
    expect(failure(() => signingSecret('', '/nowhere')).exitCode).toBe(5)
    const good = 'Zk3vQ1x8Tn5wYb2LrH7pDs9fGj4mCe6aVu0oXiKq'
    const config = loadConfig({ env: { HOME: '/x', AUTH_SECRET: good }, envFile: null })
    expect(Buffer.from(signingSecret(config.authSecret, '/nowhere')).toString()).toBe(good)
  })

  test('without one the first start makes it, for its user alone, and the next has the same', () => {
    const folder = temporaryFolder()
    const made = signingSecret(null, folder)
    const file = join(folder, 'auth.secret')
    expect([made.length, statSync(file).mode & 0o777]).toEqual([32, 0o600])
    expect(signingSecret(null, folder)).toEqual(made)
    expect(signingSecret(null, temporaryFolder())).not.toEqual(made)
    chmodSync(file, 0o644)
    expect(failure(() => signingSecret(null, folder))).toMatchObject({ exitCode: 5 })
    chmodSync(file, 0o600)
    writeFileSync(file, 'c2hvcnQ\n')
    const cut = failure(() => signingSecret(null, folder))
    expect([cut.exitCode, cut.message]).toEqual([5, expect.stringContaining('5 bytes')])
  })
})

describe('where a server opens', () => {
  const loopback: Bind = { host: '127.0.0.1', tls: false, proxies: [] }
  const faultsOf = (bind: Partial<Bind>, users: number) =>
    failure(() => guardBind({ ...loopback, ...bind }, users))

  test('the loopback needs nothing; what others reach needs an account, and TLS or a proxy', () => {
    for (const host of ['127.0.0.1', 'localhost', '::1', '127.0.0.9']) guardBind({ ...loopback, host }, 0)
    for (const host of ['0.0.0.0', '::', '192.168.1.7', 'tidemark.example']) {
      const both = faultsOf({ host }, 0)
      expect([both.exitCode, both.faults.length], host).toEqual([5, 2])
      expect(both.faults[0]).toContain('tidemark users add')
      expect(both.faults[1]).toContain('--tls-cert')
      expect(faultsOf({ host, tls: true }, 0).faults).toHaveLength(1)
      expect(faultsOf({ host }, 1).faults).toHaveLength(1)
      guardBind({ host, tls: true, proxies: [] }, 1)
      guardBind({ host, tls: false, proxies: ['10.0.0.0/8', 'fd00::/64', '10.1.2.3'] }, 1)
    }
  })

  test('a proxy is a network, and not everybody', () => {
    for (const network of ['0.0.0.0/0', '::/0', '10.0.0.0/33', 'proxy', '10.0.0.0/8/8', '', 'loopback'])
      expect(faultsOf({ proxies: [network] }, 1).exitCode, network).toBe(5)
  })
})

describe('a first start', () => {
  const tokenOf = (link: string | null) => /^#setup=([\w-]{43})$/.exec(link ?? '')?.[1] ?? ''

  test('prints a link that makes the first account, an admin of what the command line has had', async () => {
    const stand = await authStand()
    await stand.store.writePortfolio(holdingsOnly('mine', 'local'))
    const token = tokenOf(stand.opened.firstLink)
    const ask = (body: object) =>
      stand.ask('POST /session/setup', { body: { token, password: PASSWORD, ...body } })
    expect((await stand.ask('GET /portfolios')).statusCode).toBe(401)
    expect((await ask({ token: 'A'.repeat(43), name: 'eve' })).statusCode).toBe(401)
    // What could not be made leaves the link good.
    expect((await ask({ name: 'ada', password: 'short' })).statusCode).toBe(400)
    expect((await ask({ name: '../ada' })).statusCode).toBe(400)
    const made = await ask({ name: 'ada' })
    expect([made.statusCode, made.json()['role']]).toEqual([201, 'admin'])
    const seen = await stand.ask('GET /portfolios', { as: made.json()['accessToken'] as string })
    expect(seen.json()['portfolios']).toMatchObject([{ name: 'mine' }])
    expect((await ask({ name: 'eve' })).statusCode).toBe(401)
    expect((await stand.accounts.list()).map(({ name, owner }) => [name, owner])).toEqual([['ada', 'local']])
  })

  test('the link is over after 15 minutes, and there is none where there is an account', async () => {
    const stand = await authStand()
    stand.clock.now += 15 * 60_000
    const body = { token: tokenOf(stand.opened.firstLink), name: 'ada', password: PASSWORD }
    expect((await stand.ask('POST /session/setup', { body })).statusCode).toBe(401)
    await account(stand, 'ada')
    const again = await authStand({ store: stand.store, dataDir: stand.folder })
    expect(again.opened.firstLink).toBeNull()
  })

  test('of two who open the link at once one makes the account', async () => {
    const stand = await authStand()
    const token = tokenOf(stand.opened.firstLink)
    const replies = await Promise.all(
      ['ada', 'eve'].map((name) =>
        stand.ask('POST /session/setup', { body: { token, name, password: PASSWORD } }),
      ),
    )
    expect(replies.map(({ statusCode }) => statusCode).sort()).toEqual([201, 400])
    expect(await stand.accounts.list()).toHaveLength(1)
  })
})

describe('accounts', () => {
  test('somebody who looks after the server is always left', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    await account(stand, 'bob')
    const { accessToken: as } = await signIn(stand, 'ada')
    expect((await stand.ask('PATCH /users/ada', { as, body: { role: 'viewer' } })).statusCode).toBe(400)
    expect((await stand.ask('PATCH /users/ada', { as, body: { disabled: true } })).statusCode).toBe(400)
    expect((await stand.ask('DELETE /users/ada', { as })).statusCode).toBe(400)
    expect((await stand.ask('DELETE /users/eve', { as })).statusCode).toBe(404)
    expect((await stand.ask('PATCH /users/bob', { as, body: { role: 'admin' } })).statusCode).toBe(200)
    expect((await stand.ask('DELETE /users/ada', { as })).statusCode).toBe(204)
    expect((await stand.ask('GET /me', { as })).statusCode).toBe(401)
  })

  test('one that shares sees the portfolios of another, and only reads where it is a viewer', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    const { accessToken: as } = await signIn(stand, 'ada')
    const body = { name: 'eve', password: PASSWORD, role: 'viewer', shares: 'ada' }
    expect((await stand.ask('POST /users', { as, body })).statusCode).toBe(201)
    expect((await stand.ask('POST /users', { as, body })).statusCode).toBe(400)
    const eve = await signIn(stand, 'eve')
    const seen = await stand.ask('GET /portfolios', { as: eve.accessToken })
    expect(seen.json()['portfolios']).toMatchObject([{ name: 'ada' }])
  })

  test('hashes made at a lower cost are made anew when their owner signs in', async () => {
    const stand = await authStand({ cost: { logN: 5, r: 1, p: 1 } })
    await account(stand, 'ada')
    const hash = async () => (await stand.accounts.find('ada'))?.value.password ?? ''
    expect(await hash()).toMatch(/^scrypt\$4\$1\$1\$/)
    const { accessToken } = await signIn(stand, 'ada')
    expect(await hash()).toMatch(/^scrypt\$5\$1\$1\$/)
    expect((await stand.ask('GET /me', { as: accessToken })).statusCode).toBe(200)
    await signIn(stand, 'ada')
  })
})
