import { expect, test } from 'vitest'
import { describeChain } from '../support/anvil.ts'
import { account, call } from '../support/deploy.ts'
import { opened, paid, units } from './opened.ts'
import { historyOf } from './history.ts'

describeChain('ether that is wrapped', () => {
  test('is converted, and back, one for one', async () => {
    const { stage, weth } = await opened()
    const [alice, bob, stranger] = [account('alice'), account('bob'), account('stranger')]
    const fund = await stage.pay(stage.faucet, alice, '10')
    const fundBob = await stage.pay(stage.faucet, bob, '1')
    const wrap = await stage.send(call(weth, 'deposit', [], alice, units('3')))
    const unwrap = await stage.send(call(weth, 'withdraw', [units('1')], alice))
    const toBob = await stage.send(call(weth, 'transfer', [bob, units('0.5')], alice))
    const wrapBob = await stage.send(call(weth, 'deposit', [], bob, units('0.25')))
    const away = await stage.send(call(weth, 'transfer', [stranger, units('0.125')], bob))
    const history = await historyOf(stage, { alice, bob }, { ETH: 'native', WETH: weth })
    history.shows([
      ['alice', 'deposit', 'ETH', '10', fund],
      ['bob', 'deposit', 'ETH', '1', fundBob],
      ['alice', 'convert', 'ETH', '-3', wrap],
      ['alice', 'convert', 'WETH', '3', wrap],
      ['alice', 'gas', 'ETH', paid(wrap), wrap],
      ['alice', 'convert', 'WETH', '-1', unwrap],
      ['alice', 'convert', 'ETH', '1', unwrap],
      ['alice', 'gas', 'ETH', paid(unwrap), unwrap],
      ['alice', 'transfer', 'WETH', '-0.5', toBob],
      ['bob', 'transfer', 'WETH', '0.5', toBob],
      ['alice', 'gas', 'ETH', paid(toBob), toBob],
      ['bob', 'convert', 'ETH', '-0.25', wrapBob],
      ['bob', 'convert', 'WETH', '0.25', wrapBob],
      ['bob', 'gas', 'ETH', paid(wrapBob), wrapBob],
      ['bob', 'withdraw', 'WETH', '-0.125', away],
      ['bob', 'gas', 'ETH', paid(away), away],
    ])
    await history.addsUp()
    expect(await stage.read(weth, 'balanceOf', [alice])).toBe(units('1.5'))
    expect(history.assets()).toMatchObject({ ETH: 'ethereum', WETH: 'weth' })
  })

  test('is not what another contract says of itself by the same log', async () => {
    const { stage, weth } = await opened()
    const alice = account('alice')
    const fund = await stage.pay(stage.faucet, alice, '1')
    const liar = await stage.deploy('Liar')
    await stage.send(call(liar, 'depositLog', [alice, units('1000')], stage.faucet))
    const history = await historyOf(stage, { alice }, { ETH: 'native', WETH: weth })
    history.shows([['alice', 'deposit', 'ETH', '1', fund]])
    await history.addsUp()
  })
})
