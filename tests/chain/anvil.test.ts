import { expect, onTestFinished, test } from 'vitest'
import { until } from '../servers/until.ts'
import { runChild } from '../support/kill.ts'
import { describeChain, installMulticall3, MULTICALL3, startAnvil } from './support/anvil.ts'

const answers = async (url: string) => (await fetch(url).catch(() => null)) !== null

describeChain('a node of a test', () => {
  test('has the chain id that it is given, and Multicall3 where real chains have it', async () => {
    const node = await startAnvil({ chainId: 8453, args: ['--timestamp', '1700000000'] })
    onTestFinished(node.stop)
    expect(await node.rpc('eth_chainId')).toBe('0x2105')
    expect(await node.rpc('eth_getCode', [MULTICALL3, 'latest'])).toBe('0x')
    await installMulticall3(node)
    const call = (data: string) => node.rpc('eth_call', [{ to: MULTICALL3, data }, 'latest'])
    // getChainId() and getBlockNumber()
    expect(BigInt((await call('0x3408e470')) as string)).toBe(8453n)
    expect(BigInt((await call('0x42cbb15c')) as string)).toBe(0n)
    await expect(node.rpc('eth_nonsense')).rejects.toMatchObject({ code: -32601 })
  })

  test('ends by stop, and with the process that started it when that is killed', async () => {
    const node = await startAnvil({ chainId: 1 })
    expect(await answers(node.url)).toBe(true)
    await node.stop()
    await node.stop()
    expect(await answers(node.url)).toBe(false)
    const child = await runChild('tests/chain/anvil-child.ts', [], { killAfterMs: 0 })
    expect([child.signal, child.stderr]).toEqual(['SIGKILL', ''])
    const gone = async () => !(await answers(child.lines[0] ?? ''))
    expect(await until(gone, { timeoutMs: 10_000 })).toBe(true)
  })

  test('that does not start says what it printed', async () => {
    await expect(startAnvil({ chainId: 1, args: ['--no-such-flag'] })).rejects.toThrow(/no-such-flag/)
  })
})
