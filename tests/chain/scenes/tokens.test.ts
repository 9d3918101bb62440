import { expect, test } from 'vitest'
import { describeChain } from '../support/anvil.ts'
import { account, call } from '../support/deploy.ts'
import { historyOf } from './history.ts'
import { opened, paid, units } from './opened.ts'

describeChain('tokens that do not do what others do', () => {
  test('a fee on transfer: what the log says arrives; what it hides is unexplained', async () => {
    const { stage } = await opened()
    const [alice, bob, collector] = [account('alice'), account('bob'), account('collector')]
    const fee = await stage.deploy('FeeCoin', [collector])
    const silent = await stage.deploy('SilentFeeCoin')
    const fund = await stage.pay(stage.faucet, alice, '1')
    for (const coin of [fee, silent])
      await stage.send(call(coin, 'mint', [stage.faucet, units('1000')], stage.faucet))
    const got = await stage.send(call(fee, 'transfer', [alice, units('100')], stage.faucet))
    const gotSilent = await stage.send(call(silent, 'transfer', [alice, units('100')], stage.faucet))
    const sent = await stage.send(call(fee, 'transfer', [bob, units('50')], alice))
    const assets = { ETH: 'native', FEE: fee, SFEE: silent } as const
    const history = await historyOf(stage, { alice, bob }, assets)
    history.shows([
      ['alice', 'deposit', 'ETH', '1', fund],
      ['alice', 'deposit', 'FEE', '99', got],
      // The log of this one lies: 100 are said to come and 99 are there.
      ['alice', 'deposit', 'SFEE', '100', gotSilent],
      ['alice', 'unexplained', 'SFEE', '-1', null],
      // 50 leave: half a coin to the collector, the rest to another wallet of one's own.
      ['alice', 'transfer', 'FEE', '-49.5', sent],
      ['bob', 'transfer', 'FEE', '49.5', sent],
      ['alice', 'withdraw', 'FEE', '-0.5', sent],
      ['alice', 'gas', 'ETH', paid(sent), sent],
    ])
    await history.addsUp()
  })

  test('a rebasing one: what moves without a log is a rebase', async () => {
    const { stage } = await opened()
    const [alice, stranger] = [account('alice'), account('stranger')]
    // Where ethereum has stETH, which is known to rebase.
    const steth = await stage.place('RebasingCoin', [], STETH)
    const fund = await stage.pay(stage.faucet, alice, '1')
    await stage.send(call(steth, 'mint', [stage.faucet, units('900')], stage.faucet))
    const got = await stage.send(call(steth, 'mint', [alice, units('100')], stage.faucet))
    await stage.send(call(steth, 'rebase', [units('1050')], stage.faucet))
    const sent = await stage.send(call(steth, 'transfer', [stranger, units('21')], alice))
    const history = await historyOf(stage, { alice }, { ETH: 'native', stETH: steth })
    history.shows([
      ['alice', 'deposit', 'ETH', '1', fund],
      ['alice', 'airdrop', 'stETH', '100', got],
      ['alice', 'withdraw', 'stETH', '-21', sent],
      ['alice', 'gas', 'ETH', paid(sent), sent],
      ['alice', 'rebase', 'stETH', '5', null],
    ])
    await history.addsUp()
  })

  test('a stock token: what its multiplier adds is a split', async () => {
    const { stage } = await opened()
    const alice = account('alice')
    const stock = await stage.deploy('StockCoin', ['Some Company xStock', 'SOMEx'])
    const fund = await stage.pay(stage.faucet, alice, '1')
    const got = await stage.send(call(stock, 'mint', [alice, units('10')], stage.faucet))
    await stage.send(call(stock, 'setMultiplier', [units('1.05')], stage.faucet))
    const history = await historyOf(stage, { alice }, { ETH: 'native', SOMEx: stock })
    history.shows([
      ['alice', 'deposit', 'ETH', '1', fund],
      ['alice', 'airdrop', 'SOMEx', '10', got],
      ['alice', 'split', 'SOMEx', '0.5', null],
    ])
    await history.addsUp()
  })

  test('a symbol of 32 bytes, 0 decimals, 77 decimals, and none', async () => {
    const { stage } = await opened()
    const alice = account('alice')
    const old = await stage.deploy('Bytes32Symbol')
    const whole = await stage.deploy('Coin', ['Whole', 'WHOLE', 0])
    const fine = await stage.deploy('Coin', ['Fine', 'FINE', 77])
    const none = await stage.deploy('NoDecimals')
    const mint = (coin: typeof old, amount: bigint) =>
      stage.send(call(coin, 'mint', [alice, amount], stage.faucet))
    const gotOld = await mint(old, units('2.5'))
    const gotWhole = await mint(whole, 7n)
    const gotFine = await mint(fine, 1n)
    await mint(none, 12345n)
    const assets = { OMKR: old, WHOLE: whole, FINE: fine, NODEC: none } as const
    const history = await historyOf(stage, { alice }, assets)
    history.shows([
      ['alice', 'airdrop', 'OMKR', '2.5', gotOld],
      ['alice', 'airdrop', 'WHOLE', '7', gotWhole],
      ['alice', 'airdrop', 'FINE', `0.${'0'.repeat(76)}1`, gotFine],
    ])
    // No decimals, no quantity: never 18 by guess, and never silently.
    expect(history.faults()).toEqual([expect.stringMatching(/decimals/)])
    expect(history.symbols()).toMatchObject({ OMKR: 'OMKR', WHOLE: 'WHOLE', FINE: 'FINE' })
    await history.addsUp(['NODEC'])
  })

  test('logs of a contract that holds nothing are faults, and no flows', async () => {
    const { stage, usdc } = await opened()
    const [alice, stranger] = [account('alice'), account('stranger')]
    const liar = await stage.deploy('Liar')
    const got = await stage.send(call(usdc, 'mint', [alice, units('1', 6)], stage.faucet))
    await stage.send(call(liar, 'transferLog', [stranger, alice, units('1000')], stage.faucet))
    await stage.send(call(liar, 'transferLog', [alice, stranger, units('5')], stage.faucet))
    await stage.send(call(liar, 'shortLog', [stranger, alice], stage.faucet))
    const history = await historyOf(stage, { alice }, { USDC: usdc })
    history.shows([['alice', 'airdrop', 'USDC', '1', got]])
    expect(history.faults().join('\n')).toMatch(/decimals/)
    expect(history.faults().length).toBeGreaterThan(1)
    await history.addsUp()
  })

  test('what wears the name of another is kept apart, whatever letters it is written in', async () => {
    const { stage, usdc } = await opened()
    const alice = account('alice')
    const same = await stage.deploy('Coin', ['USD Coin', 'USDC', 6])
    const cyrillic = await stage.deploy('Coin', ['USD Coin', 'USD\u0421', 6])
    const html = await stage.deploy('Coin', ['<script>alert(1)</script>', '<b onclick=x>U</b>', 18])
    const mint = (coin: typeof usdc, amount: bigint) =>
      stage.send(call(coin, 'mint', [alice, amount], stage.faucet))
    const got = await mint(usdc, units('5', 6))
    const gotSame = await mint(same, units('5000', 6))
    const gotCyrillic = await mint(cyrillic, units('6000', 6))
    const gotHtml = await mint(html, units('7'))
    const assets = { USDC: usdc, fake: same, cyrillic, html } as const
    const history = await historyOf(stage, { alice }, assets)
    history.shows([
      ['alice', 'airdrop', 'USDC', '5', got],
      ['alice', 'airdrop', 'html', '7', gotHtml],
    ])
    history.showsAside([
      ['alice', 'airdrop', 'fake', '5000', gotSame],
      ['alice', 'airdrop', 'cyrillic', '6000', gotCyrillic],
    ])
    expect(history.assets()).toMatchObject({ USDC: 'usd-coin' })
    expect(history.symbols()['html']).not.toMatch(/[<>]/)
    await history.addsUp()
  })

  test.each([
    ['reverts', 'BalanceReverts', []],
    ['burns all gas', 'BurnsGas', []],
    ['answers nothing', 'AnswersBytes', [0n]],
    ['answers 31 bytes', 'AnswersBytes', [31n]],
    ['answers 10 KB', 'AnswersBytes', [10_240n]],
  ] as const)('a balance that %s costs itself alone', async (_what, name, args) => {
    const { stage, usdc } = await opened()
    const alice = account('alice')
    const odd = await stage.deploy(name, args)
    const fund = await stage.pay(stage.faucet, alice, '1')
    const got = await stage.send(call(odd, 'mint', [alice, units('3')], stage.faucet))
    const gotUsdc = await stage.send(call(usdc, 'mint', [alice, units('4', 6)], stage.faucet))
    const history = await historyOf(stage, { alice }, { ETH: 'native', ODD: odd, USDC: usdc })
    history.shows([
      ['alice', 'deposit', 'ETH', '1', fund],
      ['alice', 'airdrop', 'ODD', '3', got],
      ['alice', 'airdrop', 'USDC', '4', gotUsdc],
    ])
    expect(history.balances()).toEqual(['alice ETH 1', 'alice USDC 4'])
    expect(history.faults()).toEqual([expect.stringContaining(odd.address)])
    await history.addsUp(['ODD'])
  })
})

const STETH = '0xae7ab96520de3a18e5e111b5eaab095312d7fe84'
