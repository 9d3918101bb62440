import { expect, test } from 'vitest'
import { describeChain } from '../support/anvil.ts'
import { account, call } from '../support/deploy.ts'
import { historyOf } from './history.ts'
import { PLENTY } from './markets.ts'
import { opened, paid, units } from './opened.ts'

describeChain('what goes into a contract that gives nothing back at once', () => {
  test('stays in the portfolio, and comes back with a gain that is income', async () => {
    const { stage, usdc } = await opened()
    const alice = account('alice')
    const vault = await stage.deploy('Vault')
    const fund = await stage.pay(stage.faucet, alice, '5')
    const mint = await stage.send(call(usdc, 'mint', [alice, units('1000', 6)], stage.faucet))
    const approve = await stage.send(call(usdc, 'approve', [vault.address, PLENTY], alice))
    const into = await stage.send(call(vault, 'deposit', [usdc.address, units('600', 6)], alice))
    const ether = await stage.send(call(vault, 'depositEther', [], alice, units('2')))
    const part = await stage.send(call(vault, 'withdraw', [usdc.address, units('100', 6)], alice))
    await stage.send(call(usdc, 'mint', [vault.address, units('30', 6)], stage.faucet))
    await stage.send(call(vault, 'credit', [usdc.address, alice, units('30', 6), false], stage.faucet))
    const out = await stage.send(call(vault, 'withdraw', [usdc.address, units('530', 6)], alice))
    const etherOut = await stage.send(call(vault, 'withdrawEther', [units('2')], alice))
    const assets = { ETH: 'native', USDC: usdc } as const
    const history = await historyOf(stage, { alice }, assets, { vault: vault.address })
    history.shows([
      ['alice', 'deposit', 'ETH', '5', fund],
      ['alice', 'airdrop', 'USDC', '1000', mint],
      ['alice', 'gas', 'ETH', paid(approve), approve],
      ['alice', 'transfer', 'USDC', '-600', into],
      ['vault', 'transfer', 'USDC', '600', into],
      ['alice', 'gas', 'ETH', paid(into), into],
      ['alice', 'transfer', 'ETH', '-2', ether],
      ['vault', 'transfer', 'ETH', '2', ether],
      ['alice', 'gas', 'ETH', paid(ether), ether],
      ['vault', 'transfer', 'USDC', '-100', part],
      ['alice', 'transfer', 'USDC', '100', part],
      ['alice', 'gas', 'ETH', paid(part), part],
      // 500 were left of the 600; what comes beyond is what they earned.
      ['vault', 'transfer', 'USDC', '-500', out],
      ['alice', 'transfer', 'USDC', '500', out],
      ['alice', 'income', 'USDC', '30', out],
      ['alice', 'gas', 'ETH', paid(out), out],
      ['vault', 'transfer', 'ETH', '-2', etherOut],
      ['alice', 'transfer', 'ETH', '2', etherOut],
      ['alice', 'gas', 'ETH', paid(etherOut), etherOut],
    ])
    await history.addsUp()
  })

  test('is another matter where a token comes back for another one for one: a conversion; and burning is a loss', async () => {
    const { stage } = await opened()
    const alice = account('alice')
    const before = await stage.deploy('Coin', ['Old Coin', 'OLDC', 18])
    const after = await stage.deploy('Coin', ['New Coin', 'NEWC', 18])
    const migrator = await stage.deploy('Migrator', [before.address, after.address])
    const fund = await stage.pay(stage.faucet, alice, '5')
    await stage.send(call(after, 'mint', [migrator.address, units('100')], stage.faucet))
    const mint = await stage.send(call(before, 'mint', [alice, units('100')], stage.faucet))
    const approve = await stage.send(call(before, 'approve', [migrator.address, PLENTY], alice))
    const move = await stage.send(call(migrator, 'migrate', [units('100')], alice))
    const burn = await stage.send(call(after, 'burn', [units('1')], alice))
    const assets = { ETH: 'native', OLDC: before, NEWC: after } as const
    const history = await historyOf(stage, { alice }, assets)
    history.shows([
      ['alice', 'deposit', 'ETH', '5', fund],
      ['alice', 'airdrop', 'OLDC', '100', mint],
      ['alice', 'gas', 'ETH', paid(approve), approve],
      ['alice', 'convert', 'OLDC', '-100', move],
      ['alice', 'convert', 'NEWC', '100', move],
      ['alice', 'gas', 'ETH', paid(move), move],
      ['alice', 'lost', 'NEWC', '-1', burn],
      ['alice', 'gas', 'ETH', paid(burn), burn],
    ])
    await history.addsUp()
  })

  test('is another matter where shares come back: they are converted, and back with what they earned', async () => {
    const { stage, usdc } = await opened()
    const alice = account('alice')
    const savings = await stage.deploy('Savings', [usdc.address])
    const fund = await stage.pay(stage.faucet, alice, '5')
    const mint = await stage.send(call(usdc, 'mint', [alice, units('1000', 6)], stage.faucet))
    const approve = await stage.send(call(usdc, 'approve', [savings.address, PLENTY], alice))
    const into = await stage.send(call(savings, 'deposit', [units('600', 6), alice], alice))
    await stage.send(call(usdc, 'mint', [savings.address, units('60', 6)], stage.faucet))
    const out = await stage.send(call(savings, 'redeem', [units('300', 6), alice, alice], alice))
    // Half of 660, of which shares that nobody holds keep a unit.
    const back = await stage.read<bigint>(usdc, 'balanceOf', [alice])
    expect(back).toBe(units('729.999999', 6))
    const history = await historyOf(stage, { alice }, { ETH: 'native', USDC: usdc, SAVE: savings })
    history.shows([
      ['alice', 'deposit', 'ETH', '5', fund],
      ['alice', 'airdrop', 'USDC', '1000', mint],
      ['alice', 'gas', 'ETH', paid(approve), approve],
      ['alice', 'convert', 'USDC', '-600', into],
      ['alice', 'convert', 'SAVE', '600', into],
      ['alice', 'gas', 'ETH', paid(into), into],
      ['alice', 'convert', 'SAVE', '-300', out],
      ['alice', 'convert', 'USDC', '329.999999', out],
      ['alice', 'gas', 'ETH', paid(out), out],
    ])
    await history.addsUp()
  })
})
