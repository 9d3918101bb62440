import { keccak_256 } from '@noble/hashes/sha3.js'
import { faulty, ok, quoted, type Reading } from './reading.ts'

const BY_HAND =
  'enter what it holds by hand: under "holdings:" in the portfolio file, or in flows.csv with a name in the column "wallet"'

// Not quoted: whoever pastes a private key must not find it in a log.
const SIXTY_FOUR =
  'what was given has 64 digits: an address has 40. It is the hash of a transaction, or a private key, which belongs in no program that only reads'

/** Addresses that are not of an EVM chain, and what they are. The first that matches names it. */
const OTHERS: readonly (readonly [RegExp, string])[] = [
  // Before Solana's, whose letters hold all of these digits but 0.
  [/^[0-9a-fA-F]{40}$/, 'an address without its beginning: put 0x before it'],
  [/^(bc|tb)1[a-z0-9]{8,87}$/i, `a Bitcoin address, which is not read from the chain: ${BY_HAND}`],
  [/^[13][1-9A-HJ-NP-Za-km-z]{24,34}$/, `a Bitcoin address, which is not read from the chain: ${BY_HAND}`],
  [/^T[1-9A-HJ-NP-Za-km-z]{33}$/, `a Tron address, which is not read from the chain: ${BY_HAND}`],
  [/^XE\d{2}[0-9A-Z]{30,31}$/i, 'an ICAP address: give the same address as 0x and 40 hexadecimal digits'],
  [
    /^[^\s]{1,250}\.eth$/i,
    'an ENS name, which is not looked up here: "tidemark wallets add" does that, or give the address (0x…)',
  ],
  [
    /^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}:.{1,128}$/,
    'a CAIP-10 id: give the address alone and its chain apart',
  ],
  [/^[1-9A-HJ-NP-Za-km-z]{32,44}$/, `a Solana address, which is not read from the chain: ${BY_HAND}`],
]

/**
 * Reads an EVM address. All-lower and all-upper letters are taken as they are; mixed letters carry a checksum
 * (EIP-55), which must be right, since a typing error in an address is otherwise a valued stranger's wallet.
 * @returns the address in lower case
 */
export function readAddress(text: string): Reading<string> {
  const trimmed = text.length > 300 ? text : text.trim()
  if (!/^0x[0-9a-f]{40}$/i.test(trimmed)) return faulty(whyNotEvm(trimmed))
  const digits = trimmed.slice(2)
  const lower = digits.toLowerCase()
  if (digits === lower || digits === digits.toUpperCase()) return ok(`0x${lower}`)
  const right = checksumAddress(`0x${lower}`)
  if (`0x${digits}` === right) return ok(`0x${lower}`)
  return faulty(
    `${quoted(trimmed)} has a wrong checksum: a character was mistyped, or its letters' case was changed ` +
      `(these digits would be written ${right}); copy it again, or write it all in lower case if you are sure`,
  )
}

/** An address in the letters that carry its checksum. @param address `0x` and 40 hexadecimal digits */
export function checksumAddress(address: string): string {
  const digits = address.slice(2).toLowerCase()
  const hash = keccak_256(new TextEncoder().encode(digits))
  const cased = [...digits].map((char, at) => {
    const nibble = ((hash[at >> 1] as number) >> (at % 2 === 0 ? 4 : 0)) & 0xf
    return nibble >= 8 ? char.toUpperCase() : char
  })
  return `0x${cased.join('')}`
}

/** What is to be known of an address that is well formed and nobody's; null of every other. @param address lower case */
export function nobodysAddress(address: string): string | null {
  if (/^0x0{40}$/.test(address))
    return 'the zero address: tokens are made from it and destroyed to it, and what lies there is nobody\u2019s'
  if (/^0x(?:dead0{32}dead|0{36}dead|dead0{36})$/.test(address))
    return 'a dead address: what is sent there is destroyed, and nobody can move it'
  if (/^0x(?:ee){20}$/.test(address)) return 'a placeholder that programs write for the chain\u2019s own coin'
  if (/^0x0{37}[0-9a-f]{3}$/.test(address)) return 'a contract that is built into the chain, not a wallet'
  return null
}

function whyNotEvm(text: string): string {
  if (/^(0x)?[0-9a-f]{64}$/i.test(text)) return SIXTY_FOUR
  if (text.length <= 300) {
    const plain = text.normalize('NFKC')
    if (plain !== text && /^0x[0-9a-f]{40}$/i.test(plain))
      return `${quoted(text)} has characters that only look like those of an address: type it with plain digits and letters`
    for (const [pattern, words] of OTHERS) if (pattern.test(text)) return `${quoted(text)} is ${words}`
    if (/^0x[0-9a-f]*$/i.test(text)) {
      const digits = text.length - 2
      return `${quoted(text)} has ${digits} ${digits === 1 ? 'digit' : 'digits'} after 0x; an address has 40`
    }
  }
  return `${quoted(text)} is not an EVM address (0x and 40 hexadecimal digits); for any other chain ${BY_HAND}`
}
