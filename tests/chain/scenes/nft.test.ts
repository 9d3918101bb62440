import { expect, test } from 'vitest'
import { describeChain } from '../support/anvil.ts'
import { account, call } from '../support/deploy.ts'
import { historyOf } from './history.ts'
import { opened, paid, units } from './opened.ts'

describeChain('NFTs', () => {
  test('are recorded as they come and go, and are no flow', async () => {
    const { stage } = await opened()
    const [alice, bob, stranger] = [account('alice'), account('bob'), account('stranger')]
    const picture = await stage.deploy('Picture')
    const items = await stage.deploy('Items')
    const fund = await stage.pay(stage.faucet, alice, '1')
    await stage.send(call(picture, 'mint', [alice, 42n], stage.faucet))
    await stage.send(call(picture, 'mint', [alice, 2n ** 255n], stage.faucet))
    await stage.send(call(items, 'mint', [alice, 5n, 10n], stage.faucet))
    await stage.send(call(items, 'mintBatch', [alice, [5n, 6n], [1n, 2n]], stage.faucet))
    const toBob = await stage.send(call(picture, 'transferFrom', [alice, bob, 42n], alice))
    const away = await stage.send(call(items, 'safeTransferFrom', [alice, stranger, 5n, 4n, '0x'], alice))
    const history = await historyOf(stage, { alice, bob }, { ETH: 'native' })
    history.shows([
      ['alice', 'deposit', 'ETH', '1', fund],
      ['alice', 'gas', 'ETH', paid(toBob), toBob],
      ['alice', 'gas', 'ETH', paid(away), away],
    ])
    const [p, i] = [picture.address, items.address]
    expect(history.nfts()).toEqual([
      `alice erc1155 ${i} 5 -4`,
      `alice erc1155 ${i} 5 1`,
      `alice erc1155 ${i} 5 10`,
      `alice erc1155 ${i} 6 2`,
      `alice erc721 ${p} 42 -1`,
      `alice erc721 ${p} 42 1`,
      `alice erc721 ${p} ${2n ** 255n} 1`,
      `bob erc721 ${p} 42 1`,
    ])
    await history.addsUp()
  })

  test('bought for ether: the ether is sold, and the NFT has no value', async () => {
    const { stage } = await opened()
    const alice = account('alice')
    const shop = await stage.deploy('PictureShop')
    const fund = await stage.pay(stage.faucet, alice, '3')
    const buy = await stage.send(call(shop, 'buy', [7n], alice, units('2')))
    const history = await historyOf(stage, { alice }, { ETH: 'native' })
    history.shows([
      ['alice', 'deposit', 'ETH', '3', fund],
      ['alice', 'sell', 'ETH', '-2', buy],
      ['alice', 'gas', 'ETH', paid(buy), buy],
    ])
    expect(history.nfts()).toEqual([`alice erc721 ${shop.address} 7 1`])
    await history.addsUp()
  })
})
