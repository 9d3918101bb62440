import { describe, expect, test } from 'vitest'
import { Accounts } from '#delivery/api/auth/accounts.ts'
import { Passwords } from '#delivery/api/auth/passwords.ts'
import { account, authStand, PASSWORD, signIn, type Reply } from './stand.ts'

const wrong = (name: string) => ({ name, password: 'not the password at all' })

describe('signing in', () => {
  test('A30: each wrong password makes the next try wait, twice as long each time', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    const waits: (string | undefined)[] = []
    for (let failure = 0; failure < 13; failure++) {
      expect((await stand.ask('POST /session', { body: wrong('ada') })).statusCode).toBe(401)
      const reply = await stand.ask('POST /session', { body: wrong('ada') })
      const wait = reply.headers['retry-after']
      if (reply.statusCode === 401) continue
      expect(reply.statusCode).toBe(429)
      waits.push(wait)
      // The right password is not looked at either.
      const right = await stand.ask('POST /session', { body: { name: 'ada', password: PASSWORD } })
      expect(right.statusCode).toBe(429)
      stand.clock.now += Number(wait) * 1_000
    }
    expect(waits.slice(0, 8)).toEqual(['1', '2', '4', '8', '16', '32', '60', '60'])
    await signIn(stand, 'ada')
    expect((await stand.ask('POST /session', { body: wrong('ada') })).statusCode).toBe(401)
  })

  test('A30: an account that is not there answers the same words, and makes wait the same', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    const answers = async (name: string, from: string) => {
      const replies: unknown[] = []
      for (let at = 0; at < 8; at++) {
        const reply = await stand.ask('POST /session', { body: wrong(name), from })
        const { instance: _, ...body } = reply.json()
        replies.push([reply.statusCode, reply.headers['retry-after'], body])
      }
      return replies
    }
    expect(await answers('nobody', '10.0.0.1')).toEqual(await answers('ada', '10.0.0.2'))
  })

  test('A30: for an account that is not there as much is calculated as for one that is', async () => {
    // Dear enough that all else is small beside it, and each name tried less often than it would have to wait.
    const cost = { logN: 13, r: 8, p: 1 }
    const stand = await authStand({ cost })
    const accounts = new Accounts(stand.store, new Passwords(cost), () => stand.clock.now)
    await accounts.add({ name: 'known', password: PASSWORD, role: 'owner' })
    const spent = async (name: string, at: number) => {
      stand.clock.now += 61_000
      const before = process.cpuUsage()
      await stand.ask('POST /session', { body: wrong(name), from: `10.1.0.${at}` })
      const { user, system } = process.cpuUsage(before)
      return user + system
    }
    // The least of many is what it costs; whatever else the machine does comes on top, and goes by.
    const least = { known: Infinity, unknown: Infinity }
    const apart = () => Math.abs(least.known / least.unknown - 1)
    for (let round = 0; round < 60 && (round < 10 || apart() >= 0.1); round++)
      for (const name of ['known', 'unknown'] as const)
        least[name] = Math.min(least[name], await spent(name, round))
    expect(apart()).toBeLessThan(0.1)
  })

  test('A30: one address that tries many names waits too, whatever it says about itself', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    const tried: number[] = []
    for (let at = 0; at < 30; at++) {
      const headers = { 'x-forwarded-for': `10.9.8.${at}`, forwarded: `for=10.9.8.${at}` }
      const reply = await stand.ask('POST /session', { body: wrong(`user${at}`), from: '10.0.0.7', headers })
      tried.push(reply.statusCode)
    }
    expect(tried.indexOf(429)).toBe(20)
    expect(tried.slice(20).every((status) => status === 429)).toBe(true)
    const other = await stand.ask('POST /session', { body: wrong('ada'), from: '10.0.0.8' })
    expect(other.statusCode).toBe(401)
  })

  test('A30: behind a proxy that is named its word about addresses counts, and nobody else’s', async () => {
    const proxies = ['10.0.0.0/24']
    const stand = await authStand({ proxies, bind: { host: '127.0.0.1', tls: false, proxies } })
    await account(stand, 'ada')
    const try21 = async (from: string) => {
      let last: Reply | null = null
      for (let at = 0; at < 21; at++) {
        const headers = { 'x-forwarded-for': `203.0.113.${at}` }
        last = await stand.ask('POST /session', { body: wrong(`u${at}${from}`), from, headers })
      }
      return last?.statusCode
    }
    expect(await try21('10.0.0.9')).toBe(401)
    expect(await try21('10.0.1.9')).toBe(429)
  })

  test('A30: one network of IPv6 is one address', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    let last = 0
    for (let at = 0; at < 21; at++)
      last = (await stand.ask('POST /session', { body: wrong(`v${at}`), from: `2001:db8:1:2:${at}::${at}` }))
        .statusCode
    expect(last).toBe(429)
    const elsewhere = await stand.ask('POST /session', { body: wrong('ada'), from: '2001:db8:1:3::1' })
    expect(elsewhere.statusCode).toBe(401)
  })

  test('A10: objects where text belongs are 400 by type', async () => {
    const stand = await authStand()
    await account(stand, 'ada')
    for (const body of [
      { name: { $ne: null }, password: { $gt: '' } },
      { name: ['ada'], password: PASSWORD },
      { name: 'ada', password: PASSWORD, $where: '1' },
      { name: 'ada' },
      [],
    ])
      expect((await stand.ask('POST /session', { body })).statusCode, JSON.stringify(body)).toBe(400)
  })
})
