import { setMaxListeners } from 'node:events'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { TidemarkError } from '#core/errors.ts'
import type { RpcOptions } from '#ingestion/evm/rpc/open.ts'
import { traitsInMemory } from '#ingestion/evm/rpc/traits.ts'
import type { ChainRpc } from '#ingestion/evm/types.ts'
import { describeChain, startAnvil, type Anvil } from '../support/anvil.ts'
import { openTestChain } from '../support/chain.ts'
import { mine } from '../support/emitter.ts'
import * as host from '../support/profiles.ts'
import { startProxy, type Profile, type Proxy } from '../support/proxy.ts'

const signal = new AbortController().signal
setMaxListeners(0, signal)
const HEAD = 600
/** When the sender had sent so many transactions. */
const SENT = { block: 300, count: 10 }

/** Transactions in some blocks. */
let busy: Anvil
/** Blocks without a transaction, and the hashes of old ones in the state. */
let empty: Anvil
let sender: string

describeChain('endpoints', () => {
  beforeAll(async () => {
    busy = await startAnvil({ chainId: 1, args: ['--hardfork', 'shanghai'] })
    empty = await startAnvil({ chainId: 10 })
    ;[sender = ''] = await busy.rpc<string[]>('eth_accounts')
    for (let sent = 0; sent < 20; sent++) {
      await busy.rpc('eth_sendTransaction', [{ from: sender, to: sender, value: '0x1' }])
      await mine(busy, HEAD / 20 - 1)
    }
    await mine(empty, HEAD)
  })
  afterAll(() => Promise.all([busy.stop(), empty.stop()]))

  const countAt = (chain: ChainRpc, block: number) =>
    chain.call('eth_getTransactionCount', [sender, hex(block)], { state: block }, signal)

  test('of another chain are refused, with both chains named', async () => {
    const proxy = await proxied(empty)
    const chain = open(1, [proxy])
    const error = await failure(chain.block('latest', signal))
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' })
    expect(error.message).toContain('chain 10')
    expect(error.message).toContain('chain 1.')
    expect(proxy.requests).toBe(1)
  })

  test('of another chain are passed over: the next one is asked, and it is told once', async () => {
    const [first, second] = [await proxied(empty), await proxied(busy)]
    const told: string[] = []
    const chain = open(1, [first, second], { onForeign: ({ message }) => told.push(message) })
    for (let at = 0; at < 3; at++) expect(await countAt(chain, HEAD)).toBe('0x14')
    expect(await chain.offers('trace', signal)).toBe(true)
    expect(first.requests).toBe(1)
    expect(told).toEqual([expect.stringMatching(/is an endpoint of chain 10, .* chain 1\.$/)])
    expect(chain.report().map(({ foreign }) => foreign)).toEqual([10, null])
  })

  test('of which one is of another chain and one is away: what may pass by itself decides', async () => {
    const chain = open(1, [await proxied(empty), await proxied(busy, host.deadCalls())], {
      http: { limits: { headersMs: 100 }, retry: { retries: 1, minMs: 10, maxMs: 20 } },
    })
    const error = await failure(chain.block('latest', signal))
    expect(error.code).toBe('PROVIDER_UNAVAILABLE')
    expect(error.message).toContain('it is an endpoint of chain 10')
  })

  const broken: readonly [string, Profile][] = [
    ['deadCalls', host.deadCalls()],
    ['halfOpen', host.halfOpen()],
    ['badKey', host.badKey()],
    ['usedUp', host.usedUp()],
    ['htmlWith200, always', host.htmlWith200(1)],
  ]
  test.each(broken)('%s: the next one is asked, and the first hardly again', async (name, profile) => {
    const [first, second] = [await proxied(busy, profile), await proxied(busy)]
    const chain = open(1, [first, second], { http: { limits: { headersMs: 300 }, retry: { minMs: 50 } } })
    for (let at = 0; at < 20; at++) expect(await countAt(chain, HEAD)).toBe('0x14')
    console.log(`${name}: ${first.requests} and ${second.requests} requests`)
    expect(first.requests).toBeLessThanOrEqual(2)
    expect(second.requests).toBe(21)
  })

  test.each([
    ['deadCalls', host.deadCalls(), 'PROVIDER_UNAVAILABLE', 'answers no eth_call'],
    ['halfOpen', host.halfOpen(), 'PROVIDER_UNAVAILABLE', 'no answer began'],
    ['badKey', host.badKey(), 'CREDENTIAL_REFUSED', 'Must be authenticated'],
    ['usedUp', host.usedUp(), 'PROVIDER_UNAVAILABLE', 'Payment Required'],
    ['htmlWith200', host.htmlWith200(1), 'PROVIDER_ANSWER', 'a page of HTML'],
  ])('%s alone: an error that says so, and no key', async (_name, profile, code, words) => {
    const proxy = await proxied(busy, profile)
    const chain = open(1, [proxy], {
      http: { limits: { headersMs: 100 }, retry: { retries: 2, minMs: 10, maxMs: 20 }, now: noon() },
    })
    const error = await failure(chain.block('latest', signal))
    expect(error.code).toBe(code)
    const said = JSON.stringify([error.message, error.tried, error.fix, chain.report()])
    expect(said).toContain(words)
    expect(said).toContain(proxy.host)
    expect(said).not.toContain('CANARYKEY')
    // What is known to be down is not waited for.
    const { requests } = proxy
    expect((await failure(chain.block('latest', signal))).code).toBe(code)
    expect(proxy.requests - requests).toBeLessThanOrEqual(1)
  })

  /** Credits of a day come back at midnight, and shortly before it they are waited for. */
  function noon(): () => number {
    const shift = new Date().setUTCHours(12, 0, 0, 0) - Date.now()
    return () => Date.now() + shift
  }

  const withoutHistory: readonly [string, Profile][] = [
    ['noArchive', host.noArchive()],
    ['publicnode', host.publicnode()],
    ['liar', host.liar()],
  ]
  test.each(withoutHistory)('%s: old states come from the next one', async (_name, profile) => {
    const [first, second] = [await proxied(busy, profile), await proxied(busy)]
    const chain = open(1, [first, second])
    expect(await countAt(chain, HEAD)).toBe('0x14')
    expect(second.requests).toBe(0)
    for (let at = 0; at < 5; at++) expect(await countAt(chain, SENT.block)).toBe(hex(SENT.count))
    expect(first.byMethod.get('eth_getTransactionCount')).toBeLessThanOrEqual(2)
    const [traits] = chain.report().map((one) => one.traits)
    expect(traits?.liesAboutState).toBe(profile === withoutHistory[2]?.[1])
    // States that it has are still its own.
    expect(await countAt(chain, HEAD - 100)).toBe(
      await busy.rpc('eth_getTransactionCount', [sender, hex(HEAD - 100)]),
    )
    const alone = await failure(countAt(open(1, [first]), SENT.block))
    expect(alone.code).toBe('PROVIDER_REFUSED')
    expect(alone.message).toContain(`block ${SENT.block}`)
  })

  test('the lie is found without any transaction, and a node that tells the truth is believed', async () => {
    const balance = (chain: ChainRpc) =>
      chain.call('eth_getBalance', [sender, '0x64'], { state: 100 }, signal)
    const honest = open(10, [await proxied(empty)])
    expect(await balance(honest)).toMatch(/^0x/)
    expect(honest.report()[0]?.traits).toMatchObject({ oldestState: 0, liesAboutState: false })
    const liar = open(10, [await proxied(empty, host.liar())])
    expect((await failure(balance(liar))).message).toContain('later state')
  })

  test('what was learned is kept: neither probe nor limits are asked for again', async () => {
    const traits = traitsInMemory()
    const proxy = await proxied(busy, host.infura(), host.shortBatch(3))
    const ask = async () => {
      proxy.reset()
      const chain = open(1, [proxy], { traits })
      await chain.logs([{ topics: [] }], { from: 0, to: HEAD }, signal)
      await chain.batch(
        Array.from({ length: 9 }, () => ({ method: 'eth_chainId', params: [] })),
        {},
        signal,
      )
      await countAt(chain, SENT.block)
      return proxy.requests
    }
    const first = await ask()
    // Who answers, the logs, three lists, the count.
    expect([await ask(), await ask()]).toEqual([6, 6])
    expect(first).toBeGreaterThan(6)
  })

  test('that are behind are not believed about what they do not have', async () => {
    const [first, second] = [await proxied(busy, host.staleHead(50)), await proxied(busy)]
    const chain = open(1, [first, second])
    expect((await chain.block(HEAD, signal)).number).toBe(HEAD)
    expect(await countAt(chain, HEAD)).toBe('0x14')
    expect((await failure(open(1, [first]).block(HEAD, signal))).code).toBe('PROVIDER_UNAVAILABLE')
  })

  test('finalized falls back to 64 blocks before the latest, once', async () => {
    const unknown: Profile = {
      call: (call) => (call.params[0] === 'finalized' ? { code: -39001, message: 'Unknown block' } : call),
    }
    const proxy = await proxied(busy, unknown)
    const chain = open(1, [proxy])
    expect((await chain.block('finalized', signal)).number).toBe(HEAD - 64)
    proxy.reset()
    expect((await chain.block('finalized', signal)).number).toBe(HEAD - 64)
    expect(proxy.requests).toBe(2)
    expect(await open(1, [await proxied(busy)]).block('finalized', signal)).toMatchObject({
      number: HEAD - 64,
    })
  })

  test('families of methods are tried once', async () => {
    const proxy = await proxied(busy)
    const chain = open(1, [proxy])
    for (let at = 0; at < 2; at++) {
      expect(await chain.offers('trace', signal)).toBe(true)
      expect(await chain.offers('debug', signal)).toBe(true)
      expect(await chain.offers('alchemy', signal)).toBe(false)
    }
    expect(proxy.requests).toBe(4)
    const need = { method: 'alchemy' } as const
    const error = await failure(chain.call('alchemy_getAssetTransfers', [{}], need, signal))
    expect(error.code).toBe('PROVIDER_REFUSED')
    expect(proxy.requests).toBe(4)
  })

  test('an interrupted call ends at once, and no other with it', async () => {
    const proxy = await proxied(busy, host.slow(150))
    const chain = open(1, [proxy])
    const stop = new AbortController()
    const going = failure(chain.block('latest', stop.signal))
    const beside = chain.block('latest', signal)
    setTimeout(() => stop.abort(), 30)
    expect((await going).code).toBe('INTERRUPTED')
    expect((await beside).number).toBe(HEAD)
    expect((await chain.block('latest', signal)).number).toBe(HEAD)
  })

  test('a chain that does not answer holds back no other', async () => {
    const dead = open(10, [await proxied(empty, host.halfOpen())], { http: { limits: { headersMs: 2_000 } } })
    const waiting = dead.block('latest', signal).then(
      () => 'answered',
      () => 'gave up',
    )
    const chain = open(1, [await proxied(busy)])
    const work = (async () => {
      for (let at = 0; at < 10; at++) await countAt(chain, HEAD)
      return 'done'
    })()
    expect(await Promise.race([waiting, work])).toBe('done')
    dead.close()
  })
})

function open(
  chainId: number,
  proxies: readonly Proxy[],
  options: Partial<Omit<RpcOptions, 'urls'>> = {},
): ChainRpc {
  const chain = openTestChain(
    chainId,
    proxies.map(({ url }) => url),
    options,
  )
  onTestFinished(() => chain.close())
  return chain
}

async function proxied(node: Anvil, ...profiles: readonly Profile[]): Promise<Proxy> {
  const proxy = await startProxy(node, ...profiles)
  onTestFinished(() => proxy.close())
  return proxy
}

async function failure(promise: Promise<unknown>): Promise<TidemarkError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error instanceof TidemarkError) return error
  throw new Error('it did not fail as it should', { cause: error })
}

const hex = (number: number) => `0x${number.toString(16)}`
