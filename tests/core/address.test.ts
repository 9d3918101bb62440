import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checksumAddress, readAddress } from '#core/address.ts'
import { testSeed } from '../support/random.ts'

fc.configureGlobal({ seed: testSeed(2) })

// The examples of EIP-55.
const CHECKSUMMED = [
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
  '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
  '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
]
const PLAIN = [
  '0x52908400098527886E0F7030069857D2E4169EE7',
  '0x8617E340B3D01FA5F11F306F4090FD50E238070D',
  '0xde709f2102306220921060314715629080e2fb77',
  '0x27b1fdb04752bbc536007a920d24acb045561c26',
]

test.each([...CHECKSUMMED, ...PLAIN])('%s is taken, in lower case', (address) => {
  expect(readAddress(address).value).toBe(address.toLowerCase())
  expect(readAddress(`0X${address.slice(2)}`).value).toBe(address.toLowerCase())
  expect(readAddress(` ${address} `).value).toBe(address.toLowerCase())
})

test('a wrong checksum is refused with the right one', () => {
  const { value, fault } = readAddress('0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD')
  expect(value).toBeNull()
  expect(fault).toContain('0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed')
})

const hexAddress = fc
  .array(fc.integer({ min: 0, max: 15 }), { minLength: 40, maxLength: 40 })
  .map((digits) => `0x${digits.map((digit) => digit.toString(16)).join('')}`)

test('an address in checksummed letters reads as itself; with one letter in the other case it does not', () => {
  fc.assert(
    fc.property(hexAddress, fc.nat(39), (address, at) => {
      const right = checksumAddress(address)
      expect(readAddress(right).value).toBe(address)
      const letters = [...right]
      const letter = letters[at + 2] as string
      letters[at + 2] = letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase()
      const wrong = letters.join('')
      const mixed = /[a-f]/.test(wrong.slice(2)) && /[A-F]/.test(wrong)
      if (wrong !== right && mixed) expect(readAddress(wrong).fault).toContain(right)
    }),
  )
})

test.each([
  ['1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', 'Bitcoin'],
  ['3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy', 'Bitcoin'],
  ['bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq', 'Bitcoin'],
  ['BC1QAR0SRRR7XFKVY5L643LYDNW9RE59GTZZWF5MDQ', 'Bitcoin'],
  ['7xKXtg2CW87d97TXJSDpbD5jBkheTqA83TZRuJosgAsU', 'Solana'],
  ['TJRyWwFs9wTFGZg3JbrVriFbNfCug5tDeC', 'Tron'],
])('%s is told to be entered by hand', (address, chain) => {
  const { fault } = readAddress(address)
  expect(fault).toContain(chain)
  expect(fault).toContain('holdings:')
  expect(fault).toContain('flows.csv')
})

test.each([
  ['vitalik.eth', 'ENS'],
  ['XE7338O073KYGTWWZN0F2WZ0R8PX5ZPPZS', 'ICAP'],
  ['eip155:1:0x27b1fdb04752bbc536007a920d24acb045561c26', 'CAIP-10'],
  ['27b1fdb04752bbc536007a920d24acb045561c26', 'put 0x before it'],
  // Without a 0 it could be an address of Solana by its letters.
  ['27b1fdb94752bbc536117a921d24acb145561c26', 'put 0x before it'],
  ['0x27b1fdb04752bbc536007a920d24acb045561c2', 'has 39 digits'],
  ['0x27b1fdb04752bbc536007a920d24acb045561c266', 'has 41 digits'],
  ['0x27b1fdb04752bbc536007a920d24acb045561c2g', 'not an EVM address'],
  ['\uff10\uff5827b1fdb04752bbc536007a920d24acb045561c26', 'only look like'],
  ['0x27b1fdb04752bbc536007\u0430920d24acb045561c26', 'not an EVM address'],
  ['0x\uff12\uff17b1fdb04752bbc536007a920d24acb045561c26', 'only look like'],
  ['', 'not an EVM address'],
  ['\u001b[31m\u202e', '\\u001b[31m\\u202e'],
])('%s is refused with the reason', (address, words) => {
  expect(readAddress(address)).toMatchObject({ value: null, fault: expect.stringContaining(words) as string })
})

test('A27: fifty thousand characters are refused, not worked on', () => {
  for (const text of [
    '1'.repeat(50_000),
    '0x' + 'a'.repeat(50_000),
    'a.'.repeat(25_000) + 'eth',
    ' '.repeat(50_000),
  ]) {
    expect((readAddress(text).fault ?? '').length).toBeLessThan(400)
  }
})
