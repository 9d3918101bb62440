import { test } from 'vitest'
import { describeChain } from '../support/anvil.ts'
import { account, call } from '../support/deploy.ts'
import { historyOf, type Row } from './history.ts'
import { opened, units } from './opened.ts'

describeChain('3,000 transfers in one block', () => {
  test('are 3,000 flows, each with its own log', async () => {
    const { stage } = await opened()
    const alice = account('alice')
    const coin = await stage.deploy('Coin', ['Spray', 'SPRAY', 0])
    const fund = await stage.pay(stage.faucet, alice, '1')
    const spray = call(coin, 'spray', [alice, 1000n], stage.faucet)
    const mined = await stage.block([spray, spray, spray])
    const history = await historyOf(stage, { alice }, { ETH: 'native', SPRAY: coin })
    const each = mined.flatMap((tx) =>
      Array.from({ length: 1000 }, (_, at): Row => ['alice', 'airdrop', 'SPRAY', `${at + 1}`, tx]),
    )
    history.shows([['alice', 'deposit', 'ETH', '1', fund], ...each])
    await history.addsUp()
    history.holds('alice', 'SPRAY', 3n * 500_500n)
    history.holds('alice', 'ETH', units('1'))
  })
})
