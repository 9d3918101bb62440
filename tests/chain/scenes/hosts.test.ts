/** Three scenes as they are read through each host's limits: the same flows each time, and how many requests that takes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { numberToHex, type Hex } from 'viem'
import { describeChain } from '../support/anvil.ts'
import { account, call, type Deployed, type Stage } from '../support/deploy.ts'
import * as hosts from '../support/profiles.ts'
import { startProxy, type Profile } from '../support/proxy.ts'
import { deadline, PLENTY, v2Market } from './markets.ts'
import { startOpened, units, type Opened } from './opened.ts'
import { readParts } from './reading.ts'
import { withoutTraces } from './traceless.ts'

type Scene = { readonly wallets: readonly Hex[]; readonly play: (opened: Opened) => Promise<void> }

const SCENES: Readonly<Record<string, Scene>> = {
  'wrapping and unwrapping': {
    wallets: [account('alice'), account('bob')],
    async play({ stage, weth }) {
      const [alice, bob] = [account('alice'), account('bob')]
      await stage.pay(stage.faucet, alice, '10')
      await idle(stage)
      await stage.send(call(weth, 'deposit', [], alice, units('3')))
      await idle(stage)
      await stage.send(call(weth, 'withdraw', [units('1')], alice))
      await stage.send(call(weth, 'transfer', [bob, units('0.5')], alice))
      await idle(stage)
    },
  },
  'swaps there and back': {
    wallets: [account('alice')],
    async play({ stage, weth, usdc }) {
      const alice = account('alice')
      const { router } = await v2Market(stage, weth, usdc, {
        ether: units('100'),
        amount: units('200000', 6),
      })
      await stage.pay(stage.faucet, alice, '10')
      await idle(stage)
      const path = [weth.address, usdc.address]
      await stage.send(call(router, 'swapExactETHForTokens', [0n, path, alice, deadline], alice, units('1')))
      await idle(stage)
      await stage.send(call(usdc, 'approve', [router.address, PLENTY], alice))
      const back = [units('500', 6), 0n, [...path].reverse(), alice, deadline]
      await stage.send(call(router, 'swapExactTokensForETH', back, alice))
      await idle(stage)
    },
  },
  'a crowd of transfers and ether from inside': {
    wallets: [account('alice')],
    async play({ stage }) {
      const alice = account('alice')
      const coin = await stage.deploy('Coin', ['Spray', 'SPRAY', 0])
      const forwarder = await stage.deploy('Forwarder')
      const spray = (count: bigint) => call(coin, 'spray', [alice, count], stage.faucet)
      await stage.block([spray(300n), spray(300n)])
      await idle(stage)
      await stage.block([spray(500n)])
      await stage.send(call(forwarder, 'forward', [alice], stage.faucet, units('2')))
      await idle(stage)
      await stage.send({ from: alice, to: account('stranger'), value: units('0.5') })
    },
  },
}

/** Blocks in which nothing happens, so that ranges and old states matter. */
const idle = (stage: Stage) => stage.node.rpc('anvil_mine', [numberToHex(70)])

/** What stands alone, and what only shows that the next endpoint is asked instead. */
const HOSTS: readonly (readonly [name: string, profiles: () => Profile[], alone: boolean])[] = [
  ['the node itself', () => [], true],
  ['10 blocks a call', () => [hosts.alchemyFree()], true],
  ['5 blocks a call', () => [hosts.quicknodeFree()], true],
  ['300 results with a suggestion', () => [hosts.infura(300)], true],
  ['400 results', () => [hosts.resultCap(400)], true],
  ['a silent cut at 1,000 results', () => [hosts.silentCut(1_000)], true],
  ['answers in another order', () => [hosts.outOfOrder()], true],
  ['answers that are missing', () => [hosts.missingIds()], true],
  ['no lists of calls', () => [hosts.noBatch()], true],
  ['lists of three', () => [hosts.shortBatch(3)], true],
  ['a page of HTML now and then', () => [hosts.htmlWith200(6)], true],
  ['429 inside of 200', () => [hosts.rate429Inside200(5, 100)], true],
  ['429 with a pause', () => [hosts.http429('0', 5, 100)], true],
  ['a slow line', () => [hosts.slow(15)], true],
  ['no traces', () => [withoutTraces()], true],
  ['no old states', () => [hosts.noArchive()], false],
  ['no old states and 50,000 blocks', () => [hosts.publicnode()], false],
  ['old states that are the latest', () => [hosts.liar()], false],
  ['calls that fail', () => [hosts.deadCalls()], false],
  ['a wrong key', () => [hosts.badKey()], false],
  ['credits used up', () => [hosts.usedUp()], false],
]

describeChain('through the limits of hosts', () => {
  describe.each(Object.entries(SCENES))('%s', (name, { wallets, play }) => {
    let stage: Stage
    let expected: string
    let tokens: Deployed[]
    beforeAll(async () => {
      const opened = await startOpened()
      stage = opened.stage
      tokens = [opened.weth, opened.usdc]
      await play(opened)
      expected = await read([stage.node.url])
      expect(expected).toContain('kind')
    })
    afterAll(() => stage.node.stop())

    async function read(urls: readonly string[]): Promise<string> {
      const contracts = tokens.map(({ address }) => address)
      const { parts } = await readParts(stage.node.chainId, urls, wallets, contracts)
      return JSON.stringify(parts, null, 1)
    }

    test.each(HOSTS)('%s', async (host, profiles, alone) => {
      const proxy = await startProxy(stage.node, ...profiles())
      try {
        const found = await read(alone ? [proxy.url] : [proxy.url, stage.node.url])
        console.log(`${name}, ${host}: ${proxy.requests} requests, ${proxy.calls} calls`)
        expect(found).toBe(expected)
      } finally {
        await proxy.close()
      }
    })
  })
})
