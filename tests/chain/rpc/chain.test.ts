import { expect, onTestFinished, test } from 'vitest'
import { describeChain, startAnvil } from '../support/anvil.ts'
import { openTestChain } from '../support/chain.ts'

const signal = AbortSignal.timeout(50_000)

describeChain('a chain through one endpoint', () => {
  test('calls, lists of calls and blocks', async () => {
    const node = await startAnvil({ chainId: 10 })
    onTestFinished(node.stop)
    await node.rpc('anvil_mine', ['0x5'])
    const chain = openTestChain(10, [node.url])
    onTestFinished(() => chain.close())
    expect(await chain.call('eth_chainId', [], {}, signal)).toBe('0xa')
    expect((await chain.block('latest', signal)).number).toBe(5)
    const calls = [
      { method: 'eth_blockNumber', params: [] },
      { method: 'eth_call', params: [{ data: '0x60006000fd' }, 'latest'] },
    ]
    const [first, second] = await chain.batch(calls, {}, signal)
    expect(first).toEqual({ ok: true, result: '0x5' })
    expect(second).toMatchObject({ ok: false, kind: 'reverted' })
    expect(await chain.logs([{ topics: [] }], { from: 0, to: 5 }, signal)).toEqual([])
  })
})
