import { expect, onTestFinished, test } from 'vitest'
import { encodeFunctionData, numberToHex, type Hex } from 'viem'
import { describeChain } from '../support/anvil.ts'
import { account, call, creation, GAS_PRICE } from '../support/deploy.ts'
import { withoutTraces } from './traceless.ts'
import { startProxy } from '../support/proxy.ts'
import { historyOf } from './history.ts'
import { opened, paid, units } from './opened.ts'

describeChain('ether that no log shows', () => {
  test('comes to a plain account by calls inside of a transaction', async () => {
    const { stage } = await opened()
    const [alice, bob, stranger] = [account('alice'), account('bob'), account('stranger')]
    const forwarder = await stage.deploy('Forwarder')
    const fund = await stage.pay(stage.faucet, alice, '5')
    await stage.pay(stage.faucet, stranger, '5')
    const one = await stage.send(call(forwarder, 'forward', [alice], stranger, units('1')))
    const split = await stage.send(call(forwarder, 'split', [[alice, bob, stranger]], stranger, units('3')))
    // Through a contract to another wallet of one's own.
    const own = await stage.send(call(forwarder, 'forward', [bob], alice, units('0.5')))
    const history = await historyOf(stage, { alice, bob }, { ETH: 'native' })
    history.shows([
      ['alice', 'deposit', 'ETH', '5', fund],
      ['alice', 'deposit', 'ETH', '1', one],
      ['alice', 'deposit', 'ETH', '1', split],
      ['bob', 'deposit', 'ETH', '1', split],
      ['alice', 'transfer', 'ETH', '-0.5', own],
      ['bob', 'transfer', 'ETH', '0.5', own],
      ['alice', 'gas', 'ETH', paid(own), own],
    ])
    await history.addsUp()
  })

  test('passes through a contract wallet, which gets some and sends some between two reads', async () => {
    const { stage, usdc } = await opened()
    const [alice, stranger] = [account('alice'), account('stranger')]
    const fund = await stage.pay(stage.faucet, alice, '5')
    const safe = await stage.deploy('ContractWallet', [alice])
    const forwarder = await stage.deploy('Forwarder')
    const got = await stage.pay(stage.faucet, safe.address, '2')
    const inside = await stage.send(call(forwarder, 'forward', [safe.address], stage.faucet, units('1')))
    const mint = await stage.send(call(usdc, 'mint', [safe.address, units('10', 6)], stage.faucet))
    const out = await stage.send(call(safe, 'execute', [stranger, units('0.25'), '0x'], alice))
    const { abi } = usdc
    const data = encodeFunctionData({ abi, functionName: 'transfer', args: [stranger, units('3', 6)] })
    const coins = await stage.send(call(safe, 'execute', [usdc.address, 0n, data], alice))
    const wallets = { alice, safe: safe.address }
    const history = await historyOf(stage, wallets, { ETH: 'native', USDC: usdc })
    history.shows([
      ['alice', 'deposit', 'ETH', '5', fund],
      ['safe', 'deposit', 'ETH', '2', got],
      ['safe', 'deposit', 'ETH', '1', inside],
      ['safe', 'airdrop', 'USDC', '10', mint],
      ['safe', 'withdraw', 'ETH', '-0.25', out],
      ['alice', 'gas', 'ETH', paid(out), out],
      ['safe', 'withdraw', 'USDC', '-3', coins],
      ['alice', 'gas', 'ETH', paid(coins), coins],
    ])
    await history.addsUp()
    // Without traces only the sum of what came and went is known, and that it may be more than one flow.
    const proxy = await startProxy(stage.node, withoutTraces())
    onTestFinished(() => proxy.close())
    const blind = await historyOf(stage, wallets, { ETH: 'native', USDC: usdc }, {}, proxy.url)
    expect(blind.parts.map(({ unseen }) => unseen)).toEqual([false, true])
    await blind.addsUp()
  })

  test('is left by a contract that destroys itself', async () => {
    const { stage } = await opened()
    const alice = account('alice')
    const fund = await stage.pay(stage.faucet, alice, '1')
    const gift = await stage.send({
      from: stage.faucet,
      data: creation('Gift', [alice]),
      value: units('0.75'),
    })
    const history = await historyOf(stage, { alice }, { ETH: 'native' })
    history.shows([
      ['alice', 'deposit', 'ETH', '1', fund],
      ['alice', 'deposit', 'ETH', '0.75', gift],
    ])
    await history.addsUp()
  })

  test('is burnt as gas by a call that fails and by an approval', async () => {
    const { stage, usdc } = await opened()
    const [alice, stranger] = [account('alice'), account('stranger')]
    const failing = await stage.deploy('AlwaysFails')
    const fund = await stage.pay(stage.faucet, alice, '1')
    const [failed] = await stage.block([{ from: alice, to: failing.address, value: units('0.5') }])
    // More than there is: a transfer that fails moves nothing.
    const [tooMuch] = await stage.block([call(usdc, 'transfer', [stranger, 1n], alice)])
    const approval = await stage.send(call(usdc, 'approve', [stranger, 1n], alice))
    if (failed === undefined || tooMuch === undefined) throw new Error('no receipts')
    expect([failed.failed, tooMuch.failed]).toEqual([true, true])
    const history = await historyOf(stage, { alice }, { ETH: 'native', USDC: usdc })
    history.shows([
      ['alice', 'deposit', 'ETH', '1', fund],
      ['alice', 'gas', 'ETH', paid(failed), failed],
      ['alice', 'gas', 'ETH', paid(tooMuch), tooMuch],
      ['alice', 'gas', 'ETH', paid(approval), approval],
    ])
    await history.addsUp()
  })

  test('comes and goes several times in one block', async () => {
    const { stage } = await opened()
    const [alice, bob, stranger] = [account('alice'), account('bob'), account('stranger')]
    const forwarder = await stage.deploy('Forwarder')
    const pay = (from: typeof alice, to: typeof alice, ether: string) => ({
      ...{ from, to, value: units(ether) },
    })
    const first = await stage.pay(stage.faucet, alice, '2')
    const firstBob = await stage.pay(stage.faucet, bob, '1')
    const [a, b, c, d, e] = await stage.block([
      pay(stage.faucet, alice, '4'),
      pay(alice, stranger, '1'),
      pay(alice, bob, '1'),
      pay(alice, bob, '1'),
      call(forwarder, 'forward', [alice], bob, units('0.5')),
    ])
    if (!a || !b || !c || !d || !e) throw new Error('no receipts')
    const history = await historyOf(stage, { alice, bob }, { ETH: 'native' })
    history.shows([
      ['alice', 'deposit', 'ETH', '2', first],
      ['bob', 'deposit', 'ETH', '1', firstBob],
      ['alice', 'deposit', 'ETH', '4', a],
      ['alice', 'withdraw', 'ETH', '-1', b],
      ['alice', 'gas', 'ETH', paid(b), b],
      ['alice', 'transfer', 'ETH', '-1', c],
      ['bob', 'transfer', 'ETH', '1', c],
      ['alice', 'gas', 'ETH', paid(c), c],
      ['alice', 'transfer', 'ETH', '-1', d],
      ['bob', 'transfer', 'ETH', '1', d],
      ['alice', 'gas', 'ETH', paid(d), d],
      ['bob', 'transfer', 'ETH', '-0.5', e],
      ['alice', 'transfer', 'ETH', '0.5', e],
      ['bob', 'gas', 'ETH', paid(e), e],
    ])
    await history.addsUp()
  })

  test('that a contract wallet hands on at once is nothing; without traces it is said that such may be unseen', async () => {
    const { stage } = await opened()
    const stranger = account('stranger')
    const through = await stage.deploy('PassThrough', [stranger])
    await stage.pay(stage.faucet, through.address, '2')
    const wallets = { through: through.address }
    const proxy = await startProxy(stage.node, withoutTraces())
    onTestFinished(() => proxy.close())
    for (const [url, unseen] of [
      [stage.node.url, false],
      [proxy.url, true],
    ] as const) {
      const history = await historyOf(stage, wallets, { ETH: 'native' }, {}, url)
      history.shows([])
      expect(history.parts.map((part) => part.unseen)).toEqual([unseen])
      await history.addsUp()
    }
  })

  test('moves to oneself, into a contract that is made, and in transfers of nothing', async () => {
    const { stage, usdc } = await opened()
    const [alice, stranger] = [account('alice'), account('stranger')]
    const fund = await stage.pay(stage.faucet, alice, '5')
    await stage.pay(stage.faucet, stranger, '1')
    const self = await stage.pay(alice, alice, '1')
    const mint = await stage.send(call(usdc, 'mint', [alice, units('5', 6)], stage.faucet))
    const selfCoin = await stage.send(call(usdc, 'transfer', [alice, units('2', 6)], alice))
    // Anybody may move nothing on behalf of anybody: bait, so that a wrong address is copied from the history.
    await stage.send(call(usdc, 'transferFrom', [alice, stranger, 0n], stranger))
    const made = await stage.send({ from: alice, data: creation('Gift', [stranger]), value: units('0.5') })
    const history = await historyOf(stage, { alice }, { ETH: 'native', USDC: usdc })
    history.shows([
      ['alice', 'deposit', 'ETH', '5', fund],
      ['alice', 'gas', 'ETH', paid(self), self],
      ['alice', 'airdrop', 'USDC', '5', mint],
      ['alice', 'gas', 'ETH', paid(selfCoin), selfCoin],
      ['alice', 'withdraw', 'ETH', '-0.5', made],
      ['alice', 'gas', 'ETH', paid(made), made],
    ])
    await history.addsUp()
  })

  test('is earned by who produces the block, and what others take by leave is a withdrawal', async () => {
    const { stage, usdc } = await opened()
    const [alice, stranger] = [account('alice'), account('stranger')]
    const fund = await stage.pay(stage.faucet, alice, '5')
    await stage.pay(stage.faucet, stranger, '5')
    const mint = await stage.send(call(usdc, 'mint', [alice, units('5', 6)], stage.faucet))
    const approve = await stage.send(call(usdc, 'approve', [stranger, units('2', 6)], alice))
    await stage.node.rpc('anvil_setCoinbase', [alice])
    const take = call(usdc, 'transferFrom', [alice, stranger, units('2', 6)], stranger)
    const [taken, sent] = await stage.block([take, { from: alice, to: stranger, value: units('1') }])
    if (taken === undefined || sent === undefined) throw new Error('no receipts')
    const { baseFeePerGas } = await stage.node.rpc<{ baseFeePerGas: Hex }>('eth_getBlockByNumber', [
      numberToHex(sent.block),
      false,
    ])
    // What was paid above the base fee goes to the producer, of its own transaction too.
    const paidIn = taken.gas + sent.gas
    const burnt = (paidIn / GAS_PRICE) * BigInt(baseFeePerGas)
    const history = await historyOf(stage, { alice }, { ETH: 'native', USDC: usdc })
    history.shows([
      ['alice', 'deposit', 'ETH', '5', fund],
      ['alice', 'airdrop', 'USDC', '5', mint],
      ['alice', 'gas', 'ETH', paid(approve), approve],
      ['alice', 'withdraw', 'USDC', '-2', taken],
      ['alice', 'withdraw', 'ETH', '-1', sent],
      ['alice', 'gas', 'ETH', paid(sent), sent],
      ['alice', 'income', 'ETH', paidIn - burnt, null],
    ])
    await history.addsUp()
  })

  test('handed out to own wallets and others by a contract: what reaches an own wallet does not stay in the contract', async () => {
    const { stage } = await opened()
    const [alice, bob, stranger] = [account('alice'), account('bob'), account('stranger')]
    const forwarder = await stage.deploy('Forwarder')
    const fund = await stage.pay(stage.faucet, alice, '5')
    const split = await stage.send(call(forwarder, 'split', [[bob, stranger]], alice, units('2')))
    const places = { forwarder: forwarder.address }
    const history = await historyOf(stage, { alice, bob }, { ETH: 'native' }, places)
    history.shows([
      ['alice', 'deposit', 'ETH', '5', fund],
      ['alice', 'transfer', 'ETH', '-2', split],
      ['bob', 'transfer', 'ETH', '1', split],
      // Who it was handed to is not seen: it counts as principal, as of any contract that was called.
      ['forwarder', 'transfer', 'ETH', '1', split],
      ['alice', 'gas', 'ETH', paid(split), split],
    ])
    await history.addsUp()
  })
})
