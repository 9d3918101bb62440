import { generateKeyPairSync, createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SignJWT } from 'jose'
import { describe, expect, onTestFinished, test } from 'vitest'
import { account, authStand, NOON, SECRET, signIn, type Stand } from './stand.ts'

type Claims = Record<string, unknown>
const seconds = (time: number) => Math.floor(time / 1_000)
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The claims of a good token, which each attack changes in one place. */
async function goodClaims(stand: Stand): Promise<{ header: Claims; claims: Claims; token: string }> {
  await account(stand, 'ada')
  const { accessToken } = await signIn(stand, 'ada')
  const part = (at: number) =>
    JSON.parse(Buffer.from(accessToken.split('.')[at] ?? '', 'base64url').toString()) as Claims
  return { header: part(0), claims: part(1), token: accessToken }
}

/** A token signed with HMAC, whatever its header says: what a library would refuse to make. */
function signed(header: Claims, claims: Claims, key: string | Buffer, hash = 'sha256'): string {
  const text = `${base64(header)}.${base64(claims)}`
  return `${text}.${createHmac(hash, key).update(text).digest('base64url')}`
}

async function statusOf(stand: Stand, token: string): Promise<number> {
  return (await stand.ask('GET /me', { as: token })).statusCode
}

describe('access tokens', () => {
  test('the token that every attack below begins with is good', async () => {
    const stand = await authStand()
    const { header, claims, token } = await goodClaims(stand)
    expect(header).toEqual({ alg: 'HS256', typ: 'at+jwt' })
    expect(claims).toEqual({
      iss: 'tidemark',
      aud: 'tidemark-api',
      sub: expect.stringMatching(/^session:[0-9a-f]{24}$/) as unknown,
      jti: expect.stringMatching(/^[0-9a-f]{24}$/) as unknown,
      iat: seconds(NOON),
      nbf: seconds(NOON),
      exp: seconds(NOON) + 900,
    })
    expect(await statusOf(stand, token)).toBe(200)
    expect(await statusOf(stand, signed(header, claims, SECRET))).toBe(200)
  })

  test('A1: a token that says it needs no signature is refused', async () => {
    const stand = await authStand()
    const { header, claims } = await goodClaims(stand)
    for (const alg of ['none', 'NoNe', 'NONE', '', null, 'none '])
      for (const signature of ['', 'x', base64({})])
        expect(
          await statusOf(stand, `${base64({ ...header, alg })}.${base64(claims)}.${signature}`),
          `${alg} ${signature}`,
        ).toBe(401)
  })

  test('A2: a public key is no secret, whatever stands before it; and no other algorithm is taken', async () => {
    const stand = await authStand()
    const { header, claims } = await goodClaims(stand)
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = publicKey.export({ type: 'spki', format: 'pem' })
    for (const key of [pem, ` ${String(pem)}`, `\n\t${String(pem)}`])
      expect(await statusOf(stand, signed(header, claims, key))).toBe(401)
    const rsa = await new SignJWT(claims).setProtectedHeader({ ...header, alg: 'RS256' }).sign(privateKey)
    expect(await statusOf(stand, rsa)).toBe(401)
    for (const [alg, hash] of [
      ['HS512', 'sha512'],
      ['HS384', 'sha384'],
      ['hs256', 'sha256'],
    ] as const)
      expect(await statusOf(stand, signed({ ...header, alg }, claims, SECRET, hash)), alg).toBe(401)
  })

  test('A3: a token signed with an empty key, a part of the secret or another one is refused', async () => {
    const stand = await authStand()
    const { header, claims } = await goodClaims(stand)
    for (const key of ['', '\0', SECRET.slice(1), SECRET.toUpperCase(), 'secret', 'changeme'])
      expect(await statusOf(stand, signed(header, claims, key)), key).toBe(401)
  })

  test('A4: each claim counts: too old, too early, for or from others, of another type, or not there', async () => {
    const stand = await authStand()
    const { header, claims } = await goodClaims(stand)
    const at = seconds(NOON)
    const wrong: Claims[] = [
      { exp: at - 60, iat: at - 960, nbf: at - 960 },
      { nbf: at + 60 },
      { iat: at + 60 },
      { iat: at - 3_600 },
      { exp: '9999999999' },
      { aud: 'other' },
      { aud: [] },
      { iss: 'https://tidemark.example' },
      { sub: 'session:' },
      { sub: 'ada' },
      { jti: 7 },
      ...['iss', 'aud', 'sub', 'jti', 'iat', 'nbf', 'exp'].map((name) => ({ [name]: undefined })),
    ]
    for (const change of wrong)
      expect(
        await statusOf(stand, signed(header, { ...claims, ...change }, SECRET)),
        JSON.stringify(change),
      ).toBe(401)
    for (const typ of ['JWT', 'rt+jwt', undefined])
      expect(await statusOf(stand, signed({ ...header, typ }, claims, SECRET)), String(typ)).toBe(401)
  })

  test('A4: a refresh token gives no access, and an access token refreshes nothing', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    const { accessToken, refreshToken } = await signIn(stand, 'ada')
    expect(await statusOf(stand, refreshToken)).toBe(401)
    const swapped = await stand.ask('POST /session/refresh', {
      body: { refreshToken: accessToken.slice(0, 200) },
    })
    expect(swapped.statusCode).toBe(401)
    const cookie = `tidemark-80=${refreshToken}`
    expect((await stand.ask('GET /me', { headers: { cookie, host: 'localhost' } })).statusCode).toBe(401)
  })

  test('A5: nothing in a header of a token is looked up: no file is read, nobody is called', async () => {
    const calls: string[] = []
    const server = createServer((request, reply) => {
      calls.push(request.url ?? '')
      reply.end('{"keys":[]}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`
    const stand = await authStand()
    const { header, claims } = await goodClaims(stand)
    const jwk = { kty: 'oct', k: Buffer.from('chosen by the attacker, 32 bytes!').toString('base64url') }
    const chosen = 'chosen by the attacker, 32 bytes!'
    for (const more of [
      { kid: '../../../../dev/null' },
      { kid: "' UNION SELECT 'chosen" },
      { jku: url },
      { x5u: url },
      { jwk },
      { x5c: ['MIIB'] },
      { crit: ['exp'], exp: 1 },
      { b64: false, crit: ['b64'] },
    ])
      for (const key of ['', chosen])
        expect(await statusOf(stand, signed({ ...header, ...more }, claims, key)), JSON.stringify(more)).toBe(
          401,
        )
    expect(calls).toEqual([])
  })

  test('what is no token at all is refused like one that is not good', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    for (const text of [
      'x',
      'a.b.c',
      '..',
      'tdm_',
      `tdm_${'0'.repeat(24)}_${'A'.repeat(43)}`,
      'e'.repeat(4_000),
    ])
      expect(await statusOf(stand, text), text.slice(0, 20)).toBe(401)
    // Too long to be one, or of another scheme: as if there were none.
    for (const authorization of [`Bearer ${'e'.repeat(5_000)}`, 'Basic YWRhOmFkYQ==', 'Bearer', 'Bearer a b'])
      expect((await stand.ask('GET /me', { headers: { authorization } })).statusCode).toBe(401)
  })
})

describe('tokens of programs', () => {
  test('one is told once, kept as a hash, does what its scope allows, and is revoked', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    const { accessToken: as } = await signIn(stand, 'ada')
    const make = async (scope: string) =>
      (await stand.ask('POST /tokens', { as, body: { label: scope, scope } })).json() as unknown as {
        id: string
        token: string
      }
    const [read, write, admin] = [await make('read'), await make('write'), await make('admin')]
    expect(read.token).toMatch(/^tdm_[0-9a-f]{24}_[\w-]{43}$/)
    const kept = await stand.store.records({ owner: ':server', kind: 'auth:token' })
    expect(JSON.stringify(kept)).not.toContain(read.token.slice(30))
    const roles = await Promise.all(
      [read, write, admin].map(
        async ({ token }) => (await stand.ask('GET /me', { as: token })).json()['role'],
      ),
    )
    expect(roles).toEqual(['viewer', 'owner', 'admin'])
    // Its id is no secret; what follows is.
    const forged = `${read.token.slice(0, 29)}${'A'.repeat(43)}`
    expect(await statusOf(stand, forged)).toBe(401)
    const status = async (token: string, what: string) => (await stand.ask(what, { as: token })).statusCode
    expect(await status(read.token, 'GET /portfolios')).toBe(200)
    expect(await status(read.token, 'GET /shares')).toBe(403)
    expect(await status(write.token, 'GET /shares')).toBe(200)
    expect(await status(write.token, 'GET /users')).toBe(403)
    expect(await status(admin.token, 'GET /users')).toBe(200)
    // A token that got into other hands makes no more of them, and sets no password.
    expect(await status(admin.token, 'GET /tokens')).toBe(403)
    expect((await stand.ask('POST /tokens', { as: admin.token, body: { label: 'x' } })).statusCode).toBe(403)
    expect((await stand.ask(`DELETE /tokens/${read.id}`, { as })).statusCode).toBe(204)
    expect(await status(read.token, 'GET /portfolios')).toBe(401)
    expect((await stand.ask(`DELETE /tokens/${read.id}`, { as })).statusCode).toBe(404)
  })

  test('one for some days is over after them', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    const { accessToken: as } = await signIn(stand, 'ada')
    const made = await stand.ask('POST /tokens', { as, body: { label: 'short', days: 2 } })
    const token = made.json()['token'] as string
    expect(await statusOf(stand, token)).toBe(200)
    stand.clock.now += 2 * 86_400_000 + 1_001
    expect(await statusOf(stand, token)).toBe(401)
  })
})
