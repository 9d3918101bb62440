import { describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { signFault } from '#core/flow.ts'
import { CONVERSIONS } from '#ingestion/evm/flows/conversions.ts'
import type { Surroundings, WalletTx } from '#ingestion/evm/flows/draft.ts'
import { meaningOf } from '#ingestion/evm/flows/meaning.ts'
import { IN_RULES, OUT_RULES } from '#ingestion/evm/flows/one-sided.ts'
import { Placed } from '#ingestion/evm/flows/placed.ts'
import type { BlockRef, Hex, KnownToken, Movement, NftMove, OwnTx } from '#ingestion/evm/types.ts'

const address = (digit: string): Hex => `0x${digit.repeat(40)}`
const [ME, MINE, SHOP, POOL, PERSON] = ['a', 'b', 'c', 'd', 'e'].map(address) as [Hex, Hex, Hex, Hex, Hex]
const NOBODY = address('0')
const [WETH, USDC, STETH, OTHER, JUNK, FAKE] = ['1', '2', '3', '4', '5', '6'].map(address) as [
  Hex,
  Hex,
  Hex,
  Hex,
  Hex,
  Hex,
]
const TX: Hex = `0x${'7'.repeat(64)}`
const block: BlockRef = { number: 9, hash: TX, time: 1_700_000_000_000 }

type Known = Partial<Pick<KnownToken, 'form' | 'standing' | 'decimals'>> & { readonly asset: string }
const TOKENS: Readonly<Record<string, Known>> = {
  native: { asset: 'ethereum' },
  [WETH]: { asset: 'weth', form: 'wrapped-native' },
  [USDC]: { asset: 'usd-coin', decimals: 6 },
  [STETH]: { asset: 'staked-ether', form: 'rebasing' },
  [OTHER]: { asset: 'usd-coin', decimals: 18 },
  [JUNK]: { asset: `eip155:1/erc20:${JUNK}`, standing: 'unpriced' },
  [FAKE]: { asset: `eip155:1/erc20:${FAKE}`, standing: 'suspect' },
}
const token = (contract: Hex | 'native'): KnownToken => {
  const { asset, ...known } = TOKENS[contract] as Known
  const plain = { symbol: '', decimals: 18, standing: 'listed', form: 'plain' } as const
  return { contract, ...plain, ...known, asset: asset as AssetId }
}

/** A movement: what, how much, and the other side. */
type Moved = readonly [contract: Hex | 'native', amount: bigint, other: Hex | null, what?: Movement['what']]
const movement = ([contract, amount, other, what]: Moved, at: number): Movement => ({
  block,
  tx: TX,
  logIndex: contract === 'native' ? null : at,
  index: at,
  contract,
  amount,
  from: amount < 0n ? ME : other,
  to: amount < 0n ? other : ME,
  what: what ?? (contract === 'native' ? 'value' : 'transfer'),
})
const called = (to: Hex | null, selector: Hex | null = '0x12345678'): OwnTx => ({
  ...{ tx: TX, block, txIndex: 0, to, selector, failed: false },
})
const nft = (from: Hex, to: Hex): NftMove => ({
  ...{ wallet: ME, chain: 'ethereum', block, tx: TX, logIndex: 99, contract: SHOP, standard: 'erc721' },
  ...{ tokenId: '1', quantity: from === ME ? '-1' : '1', from, to },
})
const around = (more: Partial<Surroundings> = {}): Surroundings => ({
  wallet: ME,
  token,
  isOwn: (one) => one === MINE,
  isContract: (one) => [SHOP, POOL, WETH, USDC, STETH, OTHER].includes(one),
  others: () => 0n,
  elsewhere: [],
  placed: new Placed(),
  ...more,
})
const placed = (amount: bigint, contract: Hex | 'native' = USDC): Placed => {
  const book = new Placed()
  book.put({ place: SHOP, token: contract, taker: POOL }, amount)
  return book
}

/** Flows as lines: where, kind, asset, base units. */
function lines(
  own: OwnTx | null,
  moved: readonly Moved[],
  more?: Partial<Surroundings>,
  nfts: NftMove[] = [],
) {
  const tx: WalletTx = { movements: moved.map(movement), own, nfts }
  return meaningOf(tx, around(more)).map(({ movement: { contract }, amount, kind, place }) => {
    expect(signFault(kind, String(amount))).toBeNull()
    const where = place === null ? 'me' : place === SHOP ? 'shop' : place
    return `${where} ${kind} ${token(contract).asset} ${amount}`
  })
}

type Case = readonly [
  rule: string,
  own: OwnTx | null,
  moved: readonly Moved[],
  lines: readonly string[],
  more?: Partial<Surroundings>,
  nfts?: NftMove[],
]

const E18 = 10n ** 18n
const CONVERTED: readonly Case[] = [
  [
    'wrap of the coin',
    called(WETH),
    [
      ['native', -5n, WETH],
      [WETH, 5n, WETH, 'wrap'],
    ],
    ['me convert ethereum -5', 'me convert weth 5'],
  ],
  [
    'the same asset in another form',
    called(SHOP),
    [
      [USDC, -7n, POOL],
      [OTHER, 6n, PERSON],
    ],
    ['me convert usd-coin -7', 'me convert usd-coin 6'],
  ],
  [
    'receipt for what was given',
    called(SHOP),
    [
      [USDC, -100n, JUNK],
      [JUNK, 91n, NOBODY],
    ],
    ['me convert usd-coin -100', `me convert eip155:1/erc20:${JUNK} 91`],
  ],
  [
    'receipt given back',
    called(SHOP),
    [
      [JUNK, -91n, NOBODY],
      [USDC, 105n, JUNK],
    ],
    [`me convert eip155:1/erc20:${JUNK} -91`, 'me convert usd-coin 105'],
  ],
  [
    'migration at a fixed rate of one',
    called(SHOP),
    [
      [USDC, -2_000_000n, SHOP],
      [JUNK, 2n * E18, SHOP],
    ],
    ['me convert usd-coin -2000000', `me convert eip155:1/erc20:${JUNK} ${2n * E18}`],
  ],
]

const OUT: readonly Case[] = [
  ['to another own wallet', called(USDC, '0xa9059cbb'), [[USDC, -1n, MINE]], ['me transfer usd-coin -1']],
  ['burned', called(USDC, '0x42966c68'), [[USDC, -1n, NOBODY]], ['me lost usd-coin -1']],
  ['burned by another function', called(SHOP), [[USDC, -1n, NOBODY]], ['me withdraw usd-coin -1']],
  [
    'through others to an own wallet',
    called(SHOP),
    [['native', -4n, SHOP]],
    ['me transfer ethereum -4'],
    { others: (contract) => (contract === 'native' ? 4n : 0n) },
  ],
  ['paid for an NFT', called(SHOP), [['native', -4n, SHOP]], ['me sell ethereum -4'], {}, [nft(PERSON, ME)]],
  [
    'into a contract that the wallet called',
    called(SHOP),
    [[USDC, -4n, POOL]],
    ['me transfer usd-coin -4', 'shop transfer usd-coin 4'],
  ],
  ['to anybody else', called(USDC, '0xa9059cbb'), [[USDC, -4n, PERSON]], ['me withdraw usd-coin -4']],
]

const IN: readonly Case[] = [
  ['reward of a block', null, [['native', 3n, null, 'reward']], ['me income ethereum 3']],
  ['from another own wallet', null, [[USDC, 3n, MINE]], ['me transfer usd-coin 3']],
  [
    'through others from an own wallet',
    null,
    [['native', 4n, SHOP]],
    ['me transfer ethereum 4'],
    { others: () => -4n },
  ],
  [
    'out of a contract that holds principal, or held it',
    null,
    [[USDC, 130n, POOL]],
    ['me transfer usd-coin 100', 'shop transfer usd-coin -100', 'me income usd-coin 30'],
    { placed: placed(100n) },
  ],
  ['got for an NFT', null, [['native', 3n, SHOP]], ['me buy ethereum 3'], {}, [nft(ME, PERSON)]],
  ['made for nothing', null, [[USDC, 3n, NOBODY]], ['me airdrop usd-coin 3']],
  ['a token that nobody asked for', null, [[JUNK, 3n, SHOP]], [`me airdrop eip155:1/erc20:${JUNK} 3`]],
  ['from anybody else', null, [[JUNK, 3n, PERSON]], [`me deposit eip155:1/erc20:${JUNK} 3`]],
]

const named = (cases: readonly Case[]) => cases.map((row) => ({ name: row[0], row }))
const check = ([, own, moved, expected, more, nfts]: Case) =>
  expect(lines(own, moved, more, nfts)).toEqual(expected)

describe('what a transaction was', () => {
  test.each(named(CONVERTED))('converts: $name', ({ row }) => check(row))
  test.each(named(OUT))('gives: $name', ({ row }) => check(row))
  test.each(named(IN))('gets: $name', ({ row }) => check(row))

  test('every rule has its row, in the order in which they are asked', () => {
    const names = (rules: readonly { name: string }[]) => rules.map(({ name }) => name)
    const rows = (cases: readonly Case[]) => cases.map(([name]) => name)
    expect(rows(CONVERTED)).toEqual(names(CONVERSIONS))
    expect(rows(OUT)).toEqual(names(OUT_RULES))
    expect(rows(IN)).toEqual(names(IN_RULES))
  })

  const NO_CONVERSION: readonly Case[] = [
    [
      'a swap',
      called(SHOP),
      [
        ['native', -5n, SHOP],
        [USDC, 9n, POOL],
      ],
      ['me sell ethereum -5', 'me buy usd-coin 9'],
    ],
    [
      'a swap of which some comes back',
      called(SHOP),
      [
        ['native', -5n, SHOP],
        [USDC, 9n, POOL],
        ['native', 2n, SHOP],
      ],
      ['me sell ethereum -3', 'me buy usd-coin 9'],
    ],
    [
      'two sides into a pool for its shares',
      called(SHOP),
      [
        ['native', -5n, SHOP],
        [USDC, -9n, POOL],
        [JUNK, 4n, NOBODY],
      ],
      ['me sell ethereum -5', 'me sell usd-coin -9', `me buy eip155:1/erc20:${JUNK} 4`],
    ],
    [
      'a token sold by its own contract for ether, not one to one',
      called(JUNK),
      [
        ['native', -5n, JUNK],
        [JUNK, 500n, NOBODY],
      ],
      ['me sell ethereum -5', `me buy eip155:1/erc20:${JUNK} 500`],
    ],
    [
      'an order that somebody else settled',
      null,
      [
        [USDC, -5n, POOL],
        [WETH, 9n, POOL],
      ],
      ['me sell usd-coin -5', 'me buy weth 9'],
    ],
  ]
  test.each(named(NO_CONVERSION))('exchanges: $name', ({ row }) => check(row))

  test.each<readonly [string, Moved, readonly [bigint, Hex | 'native'][], string[]]>([
    ['pays for what another own wallet gets', ['native', -5n, SHOP], [[9n, USDC]], ['me sell ethereum -5']],
    ['gets what another own wallet pays for', [USDC, 9n, SHOP], [[-5n, 'native']], ['me buy usd-coin 9']],
    [
      'pays for it through that wallet',
      ['native', -5n, MINE],
      [
        [0n, 'native'],
        [9n, USDC],
      ],
      ['me transfer ethereum -5'],
    ],
    [
      'and another both give',
      ['native', -5n, SHOP],
      [[-9n, USDC]],
      ['me transfer ethereum -5', 'shop transfer ethereum 5'],
    ],
    [
      'pays for others too',
      ['native', -5n, SHOP],
      [[2n, 'native']],
      ['me transfer ethereum -5', 'shop transfer ethereum 3'],
    ],
    ['gets a part of what another paid', ['native', 2n, SHOP], [[-5n, 'native']], ['me transfer ethereum 2']],
    ['gets more than another paid', ['native', 6n, SHOP], [[-5n, 'native']], ['me deposit ethereum 6']],
    ['and another both get', [USDC, 9n, POOL], [[5n, 'native']], ['me deposit usd-coin 9']],
  ])('a wallet that %s', (_name, moved, beside, expected) => {
    const others = (contract: Hex | 'native') => beside.find(([, token]) => token === contract)?.[0] ?? 0n
    const elsewhere = beside.map(([, token]) => token)
    expect(lines(called(SHOP), [moved], { others, elsewhere })).toEqual(expected)
  })

  test('ether staked a few units short of one to one is converted', () => {
    const moved: Moved[] = [
      ['native', -E18, STETH],
      [STETH, E18 - 2n, NOBODY],
    ]
    expect(lines(called(STETH), moved)).toEqual([
      `me convert ethereum ${-E18}`,
      `me convert staked-ether ${E18 - 2n}`,
    ])
  })

  test.each<readonly [string, OwnTx | null, Moved, string]>([
    ['a plain payment to a contract', called(SHOP, null), ['native', -4n, SHOP], 'withdraw ethereum -4'],
    ['a token sent to a contract', called(USDC, '0xa9059cbb'), [USDC, -4n, SHOP], 'withdraw usd-coin -4'],
    ['a payment that a contract hands on', called(SHOP), [USDC, -4n, PERSON], 'withdraw usd-coin -4'],
    ['what others take', null, [USDC, -4n, POOL], 'withdraw usd-coin -4'],
    ['a token sent to where all is lost', called(USDC), [USDC, -4n, DEAD], 'lost usd-coin -4'],
  ])('is no position: %s', (_name, own, moved, line) => {
    expect(lines(own, [moved])).toEqual([`me ${line}`])
  })

  test('gas stands beside whatever it was paid for, and alone for an approval', () => {
    const gas: Moved = ['native', -2n, null, 'gas']
    expect(lines(called(USDC), [gas])).toEqual(['me gas ethereum -2'])
    expect(lines(called(SHOP), [gas, ['native', -5n, SHOP], [USDC, 9n, POOL]])).toEqual([
      'me gas ethereum -2',
      'me sell ethereum -5',
      'me buy usd-coin 9',
    ])
  })

  test('what came and went again in one transaction leaves nothing', () => {
    expect(
      lines(called(SHOP), [
        ['native', -5n, SHOP],
        ['native', 5n, SHOP],
      ]),
    ).toEqual([])
  })

  test('principal that comes back in parts, then what it earned in another token', () => {
    const book = placed(100n)
    const back = (amount: bigint, contract: Hex = USDC) =>
      lines(called(SHOP), [[contract, amount, POOL]], { placed: book })
    expect(back(40n)).toEqual(['me transfer usd-coin 40', 'shop transfer usd-coin -40'])
    expect(back(60n)).toEqual(['me transfer usd-coin 60', 'shop transfer usd-coin -60'])
    expect(back(5n)).toEqual(['me income usd-coin 5'])
    expect(back(7n, WETH)).toEqual(['me income weth 7'])
    expect(new Placed(book.toRecord()).toRecord()).toEqual(book.toRecord())
  })

  test('what a contract hands on is taken from its legs once, the first of them before the last', () => {
    const out = (...amounts: bigint[]) => amounts.map((amount): Moved => [USDC, amount, POOL])
    const given = (moved: readonly Moved[], got: bigint) => lines(called(SHOP), moved, { others: () => got })
    expect(given(out(-10n), 4n)).toEqual(['me transfer usd-coin -10', 'shop transfer usd-coin 6'])
    expect(given(out(-10n, -10n), 4n)).toEqual([
      'me transfer usd-coin -10',
      'shop transfer usd-coin 6',
      'me transfer usd-coin -10',
      'shop transfer usd-coin 10',
    ])
    expect(given(out(-10n, -10n), 14n)).toEqual([
      'me transfer usd-coin -10',
      'me transfer usd-coin -10',
      'shop transfer usd-coin 6',
    ])
  })

  test('less than the principal leaves the rest of it where it is', () => {
    const book = placed(100n)
    lines(called(SHOP), [[USDC, 90n, POOL]], { placed: book })
    expect(book.toRecord()).toEqual({ [`${SHOP}|${USDC}|${POOL}`]: '10' })
  })
})

const DEAD: Hex = '0x000000000000000000000000000000000000dead'
