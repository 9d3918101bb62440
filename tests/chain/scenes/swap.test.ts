import { expect, test } from 'vitest'
import { describeChain } from '../support/anvil.ts'
import { account, call, loggedWords } from '../support/deploy.ts'
import { historyOf } from './history.ts'
import { deadline, PLENTY, position, sorted, v2Market, v2Out, v3Market } from './markets.ts'
import { opened, paid, units } from './opened.ts'

describeChain('a swap is one sale and one purchase', () => {
  test('on Uniswap v2: ether for a token and back, the ether coming by an internal call', async () => {
    const { stage, weth, usdc } = await opened()
    const market = { ether: units('100'), amount: units('200000', 6) }
    const { router } = await v2Market(stage, weth, usdc, market)
    const alice = account('alice')
    const fund = await stage.pay(stage.faucet, alice, '10')
    const there = [weth.address, usdc.address]
    const buy = await stage.send(
      call(router, 'swapExactETHForTokens', [0n, there, alice, deadline], alice, units('1')),
    )
    const bought = v2Out(units('1'), market.ether, market.amount)
    const approve = await stage.send(call(usdc, 'approve', [router.address, PLENTY], alice))
    const back = [units('500', 6), 0n, [usdc.address, weth.address], alice, deadline]
    const sell = await stage.send(call(router, 'swapExactTokensForETH', back, alice))
    const got = v2Out(units('500', 6), market.amount - bought, market.ether + units('1'))
    // 1 ether of 100 at 2,000, less 0.3 % and what the trade moves the price: 1,974.316068 USDC.
    expect(bought).toBe(1974316068n)
    const history = await historyOf(stage, { alice }, { ETH: 'native', WETH: weth, USDC: usdc })
    history.shows([
      ['alice', 'deposit', 'ETH', '10', fund],
      ['alice', 'sell', 'ETH', '-1', buy],
      ['alice', 'buy', 'USDC', '1974.316068', buy],
      ['alice', 'gas', 'ETH', paid(buy), buy],
      ['alice', 'gas', 'ETH', paid(approve), approve],
      ['alice', 'sell', 'USDC', '-500', sell],
      ['alice', 'buy', 'ETH', got, sell],
      ['alice', 'gas', 'ETH', paid(sell), sell],
    ])
    await history.addsUp()
  })

  test('on Uniswap v2: shares of a pool are bought with both sides and sold for both', async () => {
    const { stage, weth, usdc } = await opened()
    const market = { ether: units('100'), amount: units('200000', 6) }
    const { router, pair } = await v2Market(stage, weth, usdc, market)
    const alice = account('alice')
    const fund = await stage.pay(stage.faucet, alice, '10')
    const mint = await stage.send(call(usdc, 'mint', [alice, units('5000', 6)], stage.faucet))
    const approve = await stage.send(call(usdc, 'approve', [router.address, PLENTY], alice))
    // 3 ether are offered for 4,000 USDC; at the pool's price 2 are taken and 1 comes back.
    const add = [usdc.address, units('4000', 6), 0n, 0n, alice, deadline]
    const into = await stage.send(call(router, 'addLiquidityETH', add, alice, units('3')))
    const supply = await stage.read<bigint>(pair, 'totalSupply')
    const shares = await stage.read<bigint>(pair, 'balanceOf', [alice])
    const approvePair = await stage.send(call(pair, 'approve', [router.address, PLENTY], alice))
    const remove = [usdc.address, shares, 0n, 0n, alice, deadline]
    const out = await stage.send(call(router, 'removeLiquidityETH', remove, alice))
    const assets = { ETH: 'native', USDC: usdc, LP: pair } as const
    const history = await historyOf(stage, { alice }, assets)
    history.shows([
      ['alice', 'deposit', 'ETH', '10', fund],
      ['alice', 'airdrop', 'USDC', '5000', mint],
      ['alice', 'gas', 'ETH', paid(approve), approve],
      ['alice', 'sell', 'ETH', '-2', into],
      ['alice', 'sell', 'USDC', '-4000', into],
      ['alice', 'buy', 'LP', shares, into],
      ['alice', 'gas', 'ETH', paid(into), into],
      ['alice', 'gas', 'ETH', paid(approvePair), approvePair],
      ['alice', 'sell', 'LP', -shares, out],
      ['alice', 'buy', 'ETH', (shares * units('102')) / supply, out],
      ['alice', 'buy', 'USDC', (shares * units('204000', 6)) / supply, out],
      ['alice', 'gas', 'ETH', paid(out), out],
    ])
    await history.addsUp()
  })

  test('on Uniswap v3, and a position that is an NFT', async () => {
    const { stage, weth } = await opened()
    const coin = await stage.deploy('Coin', ['Some Coin', 'SOME', 18])
    const { router, positions, pool } = await v3Market(stage, weth, coin, units('1000'))
    const alice = account('alice')
    const fund = await stage.pay(stage.faucet, alice, '10')
    const swap = {
      ...{ tokenIn: weth.address, tokenOut: coin.address, fee: 3000, recipient: alice, deadline },
      ...{ amountIn: units('1'), amountOutMinimum: 0n, sqrtPriceLimitX96: 0n },
    }
    const buy = await stage.send(call(router, 'exactInputSingle', [swap], alice, units('1')))
    const [amount0 = 0n, amount1 = 0n] = loggedWords(buy, pool, V3_SWAP).map((word) =>
      BigInt.asIntN(256, word),
    )
    const bought = amount0 < 0n ? -amount0 : -amount1
    // Over all prices a v3 pool gives what a v2 pool of the same size does, to the last few units.
    const same = v2Out(units('1'), units('1000'), units('1000'))
    expect(Number(bought - same) / Number(same)).toBeCloseTo(0, 8)
    const wrap = await stage.send(call(weth, 'deposit', [], alice, units('0.5')))
    const approveWeth = await stage.send(call(weth, 'approve', [positions.address, PLENTY], alice))
    const approveCoin = await stage.send(call(coin, 'approve', [positions.address, PLENTY], alice))
    const [token0, token1] = sorted(weth, coin)
    const mint = call(positions, 'mint', [position(token0, token1, units('0.25'), alice)], alice)
    const into = await stage.send(mint)
    const wethIn = units('0.5') - (await stage.read<bigint>(weth, 'balanceOf', [alice]))
    const coinIn = bought - (await stage.read<bigint>(coin, 'balanceOf', [alice]))
    const assets = { ETH: 'native', WETH: weth, SOME: coin } as const
    const history = await historyOf(stage, { alice }, assets, { manager: positions.address })
    history.shows([
      ['alice', 'deposit', 'ETH', '10', fund],
      ['alice', 'sell', 'ETH', '-1', buy],
      ['alice', 'buy', 'SOME', bought, buy],
      ['alice', 'gas', 'ETH', paid(buy), buy],
      ['alice', 'convert', 'ETH', '-0.5', wrap],
      ['alice', 'convert', 'WETH', '0.5', wrap],
      ['alice', 'gas', 'ETH', paid(wrap), wrap],
      ['alice', 'gas', 'ETH', paid(approveWeth), approveWeth],
      ['alice', 'gas', 'ETH', paid(approveCoin), approveCoin],
      // The position stands in the portfolio at what went into it.
      ['alice', 'transfer', 'WETH', -wethIn, into],
      ['manager', 'transfer', 'WETH', wethIn, into],
      ['alice', 'transfer', 'SOME', -coinIn, into],
      ['manager', 'transfer', 'SOME', coinIn, into],
      ['alice', 'gas', 'ETH', paid(into), into],
    ])
    await history.addsUp()
    expect(history.nfts()).toEqual([`alice erc721 ${positions.address} 2 1`])
  })
})

describeChain('what one own wallet pays for and another gets', () => {
  test('is a sale in the one and a purchase in the other, of one transaction', async () => {
    const { stage, usdc } = await opened()
    const [alice, bob] = [account('alice'), account('bob')]
    const shop = await stage.deploy('Shop', [usdc.address])
    await stage.send(call(usdc, 'mint', [shop.address, units('1000000000000', 6)], stage.faucet))
    const fund = await stage.pay(stage.faucet, alice, '3')
    const buy = await stage.send(call(shop, 'buyFor', [bob], alice, 2_000_000n))
    const history = await historyOf(stage, { alice, bob }, { ETH: 'native', USDC: usdc })
    history.shows([
      ['alice', 'deposit', 'ETH', '3', fund],
      ['alice', 'sell', 'ETH', -2_000_000n, buy],
      ['bob', 'buy', 'USDC', '2000', buy],
      ['alice', 'gas', 'ETH', paid(buy), buy],
    ])
    await history.addsUp()
  })
})

const V3_SWAP = 'Swap(address,address,int256,int256,uint160,uint128,int24)'
