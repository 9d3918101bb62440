/** What other layers add to a chain: fields of receipts and blocks that anvil does not make, put in by a proxy. */
import { expect, onTestFinished, test } from 'vitest'
import { numberToHex, type Hex } from 'viem'
import { describeChain } from '../support/anvil.ts'
import { account, type Mined, type Stage } from '../support/deploy.ts'
import { startProxy, type Profile } from '../support/proxy.ts'
import { historyOf, type Row } from './history.ts'
import { opened, paid, units } from './opened.ts'
import { withoutTraces } from './traceless.ts'

const GWEI = 1_000_000_000n

/** Moves ether of an account without a transaction, in the state of the newest block: what the proxy then explains. */
async function change(stage: Stage, who: Hex, by: bigint): Promise<void> {
  await stage.node.rpc('anvil_setBalance', [who, numberToHex((await stage.ether(who)) + by)])
}

async function through(stage: Stage, ...profiles: Profile[]): Promise<string> {
  const proxy = await startProxy(stage.node, ...profiles)
  onTestFinished(() => proxy.close())
  return proxy.url
}

describeChain('what other layers add', () => {
  test('the fee for the layer below is gas of the transaction that its receipt names, also of one that fails', async () => {
    const { stage, weth } = await opened()
    const [alice, stranger] = [account('alice'), account('stranger')]
    const fund = await stage.pay(stage.faucet, alice, '5')
    const fees = new Map<Hex, bigint>()
    const charged = async (fee: bigint, send: () => Promise<Mined | undefined>): Promise<Mined> => {
      const mined = await send()
      if (mined === undefined) throw new Error('no receipt')
      await change(stage, alice, -fee)
      fees.set(mined.tx, fee)
      return mined
    }
    const sent = await charged(123_456_789_012n, () => stage.pay(alice, stranger, '1'))
    // WETH has nothing of hers to give back.
    const failing = { from: alice, to: weth.address, data: `0x2e1a7d4d${'0'.repeat(63)}1` as Hex }
    const failed = await charged(777n, async () => (await stage.block([failing]))[0])
    expect(failed.failed).toBe(true)
    const url = await through(stage, withoutTraces(), {
      result: async (call, result) => {
        const fee = fees.get((result as { transactionHash?: Hex } | null)?.transactionHash ?? '0x')
        return call.method === 'eth_getTransactionReceipt' && fee !== undefined
          ? { ...(result as object), l1Fee: numberToHex(fee) }
          : result
      },
    })
    const history = await historyOf(stage, { alice }, { ETH: 'native' }, {}, url)
    const table: Row[] = [
      ['alice', 'deposit', 'ETH', '5', fund],
      ['alice', 'withdraw', 'ETH', '-1', sent],
      ['alice', 'gas', 'ETH', paid(sent) - 123_456_789_012n, sent],
      ['alice', 'gas', 'ETH', paid(failed) - 777n, failed],
    ]
    history.shows(table)
    await history.addsUp()
    // Of a rollup whose receipts do not tell it, it stands beside the gas of the transaction.
    const untold = await historyOf(
      stage,
      { alice },
      { ETH: 'native' },
      {},
      await through(stage, withoutTraces()),
    )
    untold.shows([
      ...table.filter(([, kind]) => kind !== 'gas'),
      ['alice', 'gas', 'ETH', paid(sent), sent],
      ['alice', 'gas', 'ETH', -123_456_789_012n, sent],
      ['alice', 'gas', 'ETH', paid(failed), failed],
      ['alice', 'gas', 'ETH', -777n, failed],
    ])
    await untold.addsUp()
  })

  test('withdrawals of a validator are income, several in a block and beside other ether', async () => {
    const { stage } = await opened()
    const [alice, bob] = [account('alice'), account('bob')]
    const fund = await stage.pay(stage.faucet, alice, '5')
    const given = new Map<number, readonly (readonly [who: Hex, gwei: bigint])[]>()
    const withdraw = async (rows: readonly (readonly [Hex, bigint])[], send: () => Promise<Mined>) => {
      const mined = await send()
      for (const [who, gwei] of rows) await change(stage, who, gwei * GWEI)
      given.set(mined.block, rows)
      return mined
    }
    const other = account('another')
    await stage.pay(stage.faucet, other, '5')
    await withdraw(
      [
        [alice, 17_000_001n],
        [alice, 3n],
        [bob, 32_000_000_000n],
      ],
      () => stage.pay(other, account('stranger'), '1'),
    )
    const beside = await withdraw([[alice, 5n]], () => stage.pay(other, alice, '0.25'))
    const url = await through(stage, withoutTraces(), {
      result: async (call, result) => {
        const rows = given.get(Number((result as { number?: Hex } | null)?.number ?? -1))
        if (!/^eth_getBlockBy/.test(call.method) || rows === undefined) return result
        const withdrawals = rows.map(([address, gwei], at) => ({
          ...{ index: numberToHex(at), validatorIndex: '0x1', address, amount: numberToHex(gwei) },
        }))
        return { ...(result as object), withdrawals }
      },
    })
    const history = await historyOf(stage, { alice, bob }, { ETH: 'native' }, {}, url)
    history.shows([
      ['alice', 'deposit', 'ETH', '5', fund],
      ['alice', 'income', 'ETH', 17_000_001n * GWEI, null],
      ['alice', 'income', 'ETH', 3n * GWEI, null],
      ['bob', 'income', 'ETH', units('32'), null],
      ['alice', 'income', 'ETH', 5n * GWEI, null],
      ['alice', 'deposit', 'ETH', '0.25', beside],
    ])
    await history.addsUp()
  })
})
