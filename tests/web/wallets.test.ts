import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checksumAddress } from '#core/address.ts'
import { shortAddress } from '../../web/src/format/address.ts'
import { readAddress } from '../../web/src/pages/wallets/address.ts'
import { offered, type Chain } from '../../web/src/pages/wallets/chains.ts'
import { lastRead, type Wallet } from '../../web/src/pages/wallets/last-read.ts'
import { readLines } from '../../web/src/pages/wallets/lines.ts'

const VITALIK = '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045'
const digits = fc.string({
  unit: fc.constantFrom(...'0123456789abcdef'),
  minLength: 40,
  maxLength: 40,
})

function told(text: string): readonly [state: string, words: string] {
  const reading = readAddress(text)
  return [reading.state, 'words' in reading ? reading.words : '']
}

describe('an address, while it is typed', () => {
  test('has the checksum that the server gives it, whatever its digits', () => {
    fc.assert(
      fc.property(digits, (lower) => {
        const address = checksumAddress(`0x${lower}`)
        const asked = [lower, lower.toUpperCase(), address.slice(2)].map((text) => readAddress(`0x${text}`))
        expect(asked).toEqual(asked.map(() => ({ state: 'address', address })))
      }),
      { seed: 8 },
    )
  })

  test('is refused where a letter changed its case', () => {
    fc.assert(
      fc.property(digits, fc.nat(39), (lower, at) => {
        const right = checksumAddress(`0x${lower}`)
        const char = right[at + 2] ?? ''
        const other = char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase()
        const changed = right.slice(0, at + 2) + other + right.slice(at + 3)
        // One that is all of one case carries no checksum.
        const isPlain = [changed.slice(2).toLowerCase(), changed.slice(2).toUpperCase()].includes(
          changed.slice(2),
        )
        fc.pre(other !== char && !isPlain)
        expect(told(changed)).toEqual(['wrong', expect.stringContaining('checksum')])
      }),
      { seed: 8 },
    )
  })

  test.each([
    ['0', 'short', '0 of 40'],
    ['0x', 'short', '0 of 40'],
    [VITALIK.slice(0, 12), 'short', '10 of 40'],
    [`${VITALIK}0`, 'wrong', '41 digits'],
    [VITALIK.slice(2), 'wrong', '0x before'],
    ['vitalik.eth', 'wrong', 'Names'],
    ['0x12g', 'wrong', '40 digits'],
    ['ab'.repeat(32), 'wrong', 'private key'],
    [`0x${'AB'.repeat(32)}`, 'wrong', 'private key'],
  ])('%s is %s: %s', (text, state, words) => {
    expect(told(text)).toEqual([state, expect.stringContaining(words)])
  })

  test('is shown by its ends, and a name as it is', () => {
    expect([shortAddress(VITALIK), shortAddress('kraken: the main account')]).toEqual([
      '0xd8dA…6045',
      'kraken: the main account',
    ])
  })
})

describe('wallets that are pasted', () => {
  test('are one a line, with labels however they are set apart', () => {
    const own = [1, 2, 3, 4, 5].map((at) => checksumAddress(`0x${String(at).repeat(40)}`))
    const [a, b, c, d, e] = own
    const text = `${String(a)}\r\n  ${String(b)} cold storage \n${String(c)},exchange\n"${String(d)}";"with quotes"\n\n${String(e)}\ttab`
    expect(readLines(text, [])).toMatchObject([
      { address: a, label: null, fault: null },
      { address: b, label: 'cold storage', fault: null },
      { address: c, label: 'exchange', fault: null },
      { address: d, label: 'with quotes', fault: null },
      { address: e, label: 'tab', fault: null },
    ])
  })

  test('are taken once: those that are known, or stand there twice, are told of', () => {
    const text = `${VITALIK.toLowerCase()}\n0x${'1'.repeat(40)}\n0x${'1'.repeat(40)} twice`
    expect(readLines(text, [VITALIK]).map(({ fault }) => fault)).toEqual([
      'It is there already.',
      null,
      'It is there already.',
    ])
  })

  test('have no label that the server would refuse', () => {
    const [line] = readLines(`${VITALIK} ${'x'.repeat(65)}`, [])
    expect(line?.fault).toContain('65 characters')
  })
})

const chain = (name: string, more: Partial<Chain> = {}): Chain => ({
  ...{ name, id: `eip155:${String(name.length)}`, symbol: 'ETH', usual: false, testnet: false },
  ...more,
})
const names = (found: readonly Chain[]): string[] => found.map(({ name }) => name)

describe('chains to choose from', () => {
  const chains = [
    chain('ethereum', { usual: true, id: 'eip155:1' }),
    chain('base', { usual: true, id: 'eip155:8453' }),
    chain('metabase', { id: 'eip155:77' }),
    chain('base_sepolia', { testnet: true, id: 'eip155:84532' }),
    chain('gnosis', { symbol: 'XDAI', id: 'eip155:100' }),
  ]

  test('are the chosen ones and the usual ones, until something is looked for', () => {
    expect(offered(chains, ['gnosis'], '')).toMatchObject({ more: 2 })
    expect(names(offered(chains, ['gnosis'], '').shown)).toEqual(['gnosis', 'ethereum', 'base'])
  })

  test('begin with what is meant: the name itself, then those that begin with it', () => {
    expect(names(offered(chains, [], 'base').shown)).toEqual(['base', 'base_sepolia', 'metabase'])
    expect(names(offered(chains, [], '8453').shown)).toEqual(['base'])
    expect(names(offered(chains, [], 'xdai').shown)).toEqual(['gnosis'])
  })

  test('keep those that no list has, and stay few', () => {
    const many = Array.from({ length: 300 }, (_, at) => chain(`net${String(at)}`))
    const { shown, more } = offered(many, ['mine'], 'net')
    expect([names(shown)[0], shown.length, more]).toEqual(['mine', 40, 261])
  })
})

describe('when a wallet was last read', () => {
  const wallet = (reads: Wallet['reads'], read: Wallet['read'] = null): Wallet => ({
    ...{
      address: VITALIK,
      label: null,
      chains: reads.map((each) => each.chain),
      read,
      reads,
      unexplained: 0,
    },
  })

  test('is when its oldest part was; what was never read is told apart', () => {
    const reads = [
      { chain: 'base', at: '2026-11-20T11:00:00Z', failed: false },
      { chain: 'ethereum', at: '2026-11-20T09:00:00Z', failed: true },
      { chain: 'gnosis', at: null, failed: false },
    ]
    expect(lastRead(wallet(reads))).toEqual({
      ...{ at: '2026-11-20T09:00:00Z', never: ['gnosis'], failed: ['ethereum'] },
    })
  })

  test('is until when its flows are known where chains say nothing, and missing where nothing does', () => {
    const reads = [{ chain: 'ethereum', at: null, failed: false }]
    const read = { from: '2026-01-01T00:00:00Z', to: '2026-11-20T10:00:00Z' }
    expect(lastRead(wallet(reads, read))).toEqual({ at: read.to, never: [], failed: [] })
    expect(lastRead(wallet(reads))).toEqual({ at: null, never: [], failed: [] })
  })
})
