import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checksumAddress } from '#core/address.ts'
import type { Wallet } from '#core/portfolio.ts'
import { addWallet, labelWallet, rechainWallet, removeWallet } from '#config/portfolio/edit.ts'
import { readPortfolio } from '#config/portfolio/read.ts'
import { portfolioTemplate } from '#config/portfolio/template.ts'
import { testSeed } from '../support/random.ts'

const A = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'
const B = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359'
const C = '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB'
const source = { path: '/books/main.yaml', owner: 'ann' }
const wallet = (address: string, more: Partial<Wallet> = {}): Wallet => ({
  ...{ address: address.toLowerCase(), label: null, chains: ['ethereum'] },
  ...more,
})

const FILE = `# head
name: main   # the name

# Wallets
wallets:   # all of them
  # first
  - address: "${A}"   # mine
    label: hot
    chains: [ethereum, base]

  # second
  - { address: ${B}, chains: [ base ] }
  # tail of wallets

# What you hold
holdings:
  - { asset: bitcoin, quantity: 0.50 }
`

describe('the chains of a wallet are changed', () => {
  test('in its own line, in brackets, and nothing else moves', () => {
    const first = rechainWallet(FILE, 0, ['ethereum', 'base', 'optimism'], source)
    expect(first.text).toBe(FILE.replace('[ethereum, base]', '[ethereum, base, optimism]'))
    const second = rechainWallet(first.text, 1, ['polygon'], source)
    expect(second.text).toBe(first.text.replace('[ base ]', '[polygon]'))
    expect(second.portfolio.wallets.map(({ chains }) => chains)).toEqual([
      ['ethereum', 'base', 'optimism'],
      ['polygon'],
    ])
    expect(rechainWallet(FILE, 1, ['base'], source).text).toBe(FILE)
  })

  test('of a list with a line for each', () => {
    const text = `name: x\nwallets:\n  - chains:\n      - ethereum # main\n      - base\n    address: ${A}\n`
    expect(rechainWallet(text, 0, ['ethereum', 'base', 'optimism'], source).text).toBe(
      `name: x\nwallets:\n  - chains: [ethereum, base, optimism]\n    address: ${A}\n`,
    )
  })
})

describe('a wallet is added', () => {
  test('below the last one, and nothing else moves', () => {
    const ens = { name: 'ann.eth', block: 123 }
    const { text } = addWallet(FILE, wallet(C, { label: 'cold', ens }), source)
    expect(text).toBe(
      FILE.replace(
        '[ base ] }\n',
        `[ base ] }\n  - address: "${C}"\n    label: "cold"\n    chains: [ethereum]\n    ens: { name: "ann.eth", block: 123 }\n`,
      ),
    )
    expect(readPortfolio(text, source).wallets.at(-1)).toEqual(wallet(C, { label: 'cold', ens }))
  })

  test.each([
    ['no list', 'name: x\n', `name: x\n\nwallets:\n  - address: "${A}"\n    chains: [ethereum]\n`],
    [
      'no list, no end of line',
      'name: x',
      `name: x\n\nwallets:\n  - address: "${A}"\n    chains: [ethereum]\n`,
    ],
    [
      'an empty list',
      'name: x\nwallets: []  # none\nflows: f.csv\n',
      `name: x\nwallets:  # none\n  - address: "${A}"\n    chains: [ethereum]\nflows: f.csv\n`,
    ],
    [
      'nothing under the key',
      'name: x\nwallets:\nflows: f.csv\n',
      `name: x\nwallets:\n  - address: "${A}"\n    chains: [ethereum]\nflows: f.csv\n`,
    ],
    [
      'a list without indent',
      `name: x\nwallets:\n- address: "${B}"\n  chains: [base]\nflows: f.csv\n`,
      `name: x\nwallets:\n- address: "${B}"\n  chains: [base]\n- address: "${A}"\n  chains: [ethereum]\nflows: f.csv\n`,
    ],
    [
      'a list in brackets',
      `name: x\nwallets: [{ address: ${B}, chains: [base] }] # few\n`,
      `name: x\nwallets: [{ address: ${B}, chains: [base] }, { address: "${A}", chains: [ethereum] }] # few\n`,
    ],
    [
      'a file in braces',
      '{name: x, flows: f.csv}',
      `{name: x, flows: f.csv, wallets: [{ address: "${A}", chains: [ethereum] }]}`,
    ],
    [
      'a file in braces with an empty list',
      '{name: x, wallets: []}',
      `{name: x, wallets: [{ address: "${A}", chains: [ethereum] }]}`,
    ],
    [
      'lines that end as on Windows',
      `name: x\r\nwallets:\r\n  - address: "${B}"\r\n    chains: [base]\r\n# end\r\n`,
      `name: x\r\nwallets:\r\n  - address: "${B}"\r\n    chains: [base]\r\n  - address: "${A}"\r\n    chains: [ethereum]\r\n# end\r\n`,
    ],
    [
      'a mark of byte order',
      '\uFEFFname: x\n',
      `\uFEFFname: x\n\nwallets:\n  - address: "${A}"\n    chains: [ethereum]\n`,
    ],
  ])('where there is %s', (_what, before, after) => {
    expect(addWallet(before, wallet(A), source).text).toBe(after)
  })

  test('to what init writes', () => {
    const { portfolio, text } = addWallet(portfolioTemplate(), wallet(A), source)
    expect(portfolio.wallets).toEqual([wallet(A)])
    expect(text.startsWith(portfolioTemplate())).toBe(true)
  })

  test('only where the file is whole, and only if it can be', () => {
    expect(() => addWallet('name: x\nnonsense: 1\n', wallet(A), source)).toThrow(/fault/)
    expect(() => addWallet(FILE, wallet(A), source)).toThrow(/cannot be edited/)
    // A document that is marked as ended takes nothing after its end.
    expect(() => addWallet('name: x\n...\n', wallet(A), source)).toThrow(/as it was/)
  })
})

describe('a wallet is taken out', () => {
  test('with its lines alone', () => {
    const { text } = removeWallet(FILE, 1, source)
    expect(text).toBe(FILE.replace(`  - { address: ${B}, chains: [ base ] }\n`, ''))
    const first = removeWallet(FILE, 0, source).text
    expect(first).toContain('  # first\n\n  # second\n  - {')
  })

  test.each([
    [
      'the last one',
      `name: x\nwallets:  # w\n  - address: "${A}"\n    chains: [base]\nflows: f.csv\n`,
      0,
      'name: x\nwallets: []  # w\nflows: f.csv\n',
    ],
    [
      'the first in brackets',
      `name: x\nwallets: [{ address: ${A}, chains: [base] }, { address: ${B}, chains: [base] }]\n`,
      0,
      `name: x\nwallets: [{ address: ${B}, chains: [base] }]\n`,
    ],
    [
      'the second in brackets',
      `name: x\nwallets: [{ address: ${A}, chains: [base] }, { address: ${B}, chains: [base] }]\n`,
      1,
      `name: x\nwallets: [{ address: ${A}, chains: [base] }]\n`,
    ],
    [
      'the only one in brackets',
      `{name: x, wallets: [{ address: ${A}, chains: [base] }]}`,
      0,
      '{name: x, wallets: []}',
    ],
    [
      'one whose chains stand in lines',
      `name: x\nwallets:\n  - address: "${A}"\n    chains:\n      - base\n      - ethereum\n  - { address: ${B}, chains: [base] }\n`,
      0,
      `name: x\nwallets:\n  - { address: ${B}, chains: [base] }\n`,
    ],
  ])('%s', (_what, before, at, after) => {
    expect(removeWallet(before, at, source).text).toBe(after)
  })
})

describe('a label', () => {
  const bare = `name: x\nwallets:\n  - chains: [base]\n    address: "${A}" # mine\nflows: f.csv\n`
  test.each([
    ['replaces another', FILE, 0, 'cold', FILE.replace('label: hot', 'label: "cold"')],
    ['is new', bare, 0, 'cold', bare.replace('# mine\n', '# mine\n    label: "cold"\n')],
    ['is new in braces', FILE, 1, 'cold', FILE.replace(`${B}, `, `${B}, label: "cold", `)],
    ['is taken off', FILE, 0, null, FILE.replace('label: hot\n    ', '')],
    [
      'is taken off in braces',
      `{name: x, wallets: [{label: hot, address: ${A}, chains: [base]}]}`,
      0,
      null,
      `{name: x, wallets: [{address: ${A}, chains: [base]}]}`,
    ],
    [
      'is taken off at the end',
      `name: x\nwallets:\n  - address: ${A}\n    chains: [base]\n    label: hot\n`,
      0,
      null,
      `name: x\nwallets:\n  - address: ${A}\n    chains: [base]\n`,
    ],
  ])('%s', (_what, before, at, label, after) => {
    expect(labelWallet(before, at, label, source).text).toBe(after)
  })

  test('that another wallet has is refused', () => {
    expect(() => labelWallet(FILE, 1, 'Hot', source)).toThrow(/cannot be edited/)
  })
})

test('any sequence of edits leaves the file with the wallets that it should have, and its comments', () => {
  const address = fc.stringMatching(/^0x[0-9a-f]{40}$/)
  const action = fc.record({
    what: fc.constantFrom('add', 'remove', 'label', 'bare'),
    at: fc.nat(),
    address,
    chains: fc.uniqueArray(fc.constantFrom('ethereum', 'base', 'eip155:4243'), { minLength: 1 }),
    label: fc.stringMatching(/^[A-Za-z][A-Za-z0-9 ._-]{0,10}[A-Za-z]$/),
  })
  const start = fc.constantFrom(FILE, portfolioTemplate(), '{name: x}', 'name: x\nwallets: []\n')
  const law = fc.property(start, fc.array(action, { maxLength: 12 }), (first, actions) => {
    let text = first
    let wallets = [...readPortfolio(first, source).wallets]
    for (const { what, at, address, chains, label } of actions) {
      const index = at % Math.max(1, wallets.length)
      const taken = wallets.some((each) => each.label?.toLowerCase() === label.toLowerCase())
      if (what === 'add') {
        if (taken || wallets.some((each) => each.address === address)) continue
        text = addWallet(text, { address, chains, label }, source).text
        wallets = [...wallets, { address, label, chains }]
      } else if (wallets.length > 0 && what === 'remove') {
        text = removeWallet(text, index, source).text
        wallets = wallets.filter((_, place) => place !== index)
      } else if (wallets.length > 0 && (what === 'bare' || !taken)) {
        const given = what === 'bare' ? null : label
        text = labelWallet(text, index, given, source).text
        wallets = wallets.map((each, place) => (place === index ? { ...each, label: given } : each))
      }
    }
    expect(readPortfolio(text, source).wallets).toEqual(wallets)
    for (const comment of first.match(/^ *#.*$/gm) ?? []) expect(text).toContain(comment)
    for (const each of wallets)
      expect(text.toLowerCase()).toContain(checksumAddress(each.address).toLowerCase())
  })
  fc.assert(law, { seed: testSeed(7), numRuns: 300 })
})
