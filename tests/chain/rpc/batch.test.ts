import { setMaxListeners } from 'node:events'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { RpcCall, RpcOutcome } from '#ingestion/evm/types.ts'
import { describeChain, startAnvil, type Anvil } from '../support/anvil.ts'
import { openTestChain } from '../support/chain.ts'
import * as host from '../support/profiles.ts'
import { startProxy, type Profile } from '../support/proxy.ts'

const signal = new AbortController().signal
setMaxListeners(0, signal)

/** Code run by a call without a receiver: reverts, burns all its gas, answers nothing. */
const REVERT = { method: 'eth_call', params: [{ data: '0x60006000fd' }, 'latest'] }
const BURN = { method: 'eth_call', params: [{ data: '0x5b600056', gas: '0x30d40' }, 'latest'] }
const NOTHING = { method: 'eth_call', params: [{ data: '0x00' }, 'latest'] }

let node: Anvil
let calls: RpcCall[]
let expected: RpcOutcome[]

describeChain('a list of calls', () => {
  beforeAll(async () => {
    node = await startAnvil({ chainId: 1 })
    const accounts = await node.rpc<string[]>('eth_accounts')
    for (const [at, account] of accounts.entries())
      await node.rpc('anvil_setBalance', [account, `0x${(at + 1).toString(16)}`])
    const balances = accounts.map((account) => ({ method: 'eth_getBalance', params: [account, 'latest'] }))
    calls = [...balances.slice(0, 4), REVERT, BURN, ...balances.slice(4), NOTHING]
    const amounts = accounts.map((_, at): RpcOutcome => ({ ok: true, result: `0x${(at + 1).toString(16)}` }))
    expected = [
      ...amounts.slice(0, 4),
      { ok: false, kind: 'reverted', message: 'execution reverted (3)' },
      { ok: false, kind: 'failed', message: 'EVM error OutOfGas (-32603)' },
      ...amounts.slice(4),
      { ok: true, result: '0x' },
    ]
  })
  afterAll(() => node.stop())

  const internal: Profile = {
    call: (call) => (call.method === 'eth_getCode' ? { code: -32603, message: 'Internal error' } : call),
  }
  const cases: readonly [string, readonly Profile[], most: number][] = [
    ['as it is', [], 3],
    ['outOfOrder', [host.outOfOrder()], 3],
    ['missingIds', [host.missingIds()], 9],
    ['noBatch', [host.noBatch()], 30],
    ['shortBatch of 5', [host.shortBatch(5)], 6],
    ['rate429Inside200', [host.rate429Inside200(2, 100)], 12],
    ['http429', [host.http429('0.1', 2, 100)], 12],
    ['htmlWith200', [host.htmlWith200()], 30],
    ['latency, out of order, ids missing', [host.slow(20), host.outOfOrder(), host.missingIds()], 9],
  ]
  test.each(cases)('is answered call by call: %s', async (name, profiles, most) => {
    const proxy = await startProxy(node, ...profiles)
    onTestFinished(() => proxy.close())
    const chain = openTestChain(1, [proxy.url])
    onTestFinished(() => chain.close())
    const first = await chain.batch(calls, {}, signal)
    expect(first).toEqual(expected)
    const { requests } = proxy
    expect(await chain.batch(calls, {}, signal)).toEqual(expected)
    console.log(`${name}: ${requests} requests, then ${proxy.requests - requests}`)
    expect(requests).toBeLessThanOrEqual(most)
  })

  test('where the node fails at one of them, the others are answered, and so is what comes next', async () => {
    const proxy = await startProxy(node, internal)
    onTestFinished(() => proxy.close())
    const chain = openTestChain(1, [proxy.url])
    onTestFinished(() => chain.close())
    const code = { method: 'eth_getCode', params: ['0x0000000000000000000000000000000000000001', 'latest'] }
    const failed = { ok: false, kind: 'failed', message: 'Internal error (-32603)' }
    expect(await chain.batch([...calls, code], {}, signal)).toEqual([...expected, failed])
    expect(await chain.batch(calls, {}, signal)).toEqual(expected)
    await expect(chain.call(code.method, code.params, {}, signal)).rejects.toMatchObject({
      code: 'PROVIDER_REFUSED',
    })
    await expect(chain.call(REVERT.method, REVERT.params, {}, signal)).rejects.toThrow('execution reverted')
  })

  test('of none asks nobody; of many is cut to what a request takes', async () => {
    const proxy = await startProxy(node)
    onTestFinished(() => proxy.close())
    const chain = openTestChain(1, [proxy.url])
    onTestFinished(() => chain.close())
    expect(await chain.batch([], {}, signal)).toEqual([])
    expect(proxy.requests).toBe(0)
    const many = Array.from({ length: 350 }, (_, at) => calls[at % 4] as RpcCall)
    const outcomes = await chain.batch(many, {}, signal)
    expect(outcomes).toEqual(many.map((_, at) => expected[at % 4]))
    expect([proxy.requests, proxy.calls]).toEqual([5, 353])
    expect(chain.report()).toMatchObject([{ requests: 5, calls: 353, failed: 0, rateLimited: 0 }])
  })
})
