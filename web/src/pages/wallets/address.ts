import { keccak_256 } from '@noble/hashes/sha3.js'

/** What a text is, told while it is typed; the server looks at it again and decides. */
export type AddressReading =
  | { readonly state: 'address'; readonly address: string }
  /** Not whole yet, or none. */
  | { readonly state: 'short' | 'wrong'; readonly words: string }

/** @param text what somebody typed or pasted as the address of a wallet */
export function readAddress(text: string): AddressReading {
  const trimmed = text.trim()
  if (/^(0x)?[0-9a-f]{64}$/i.test(trimmed)) return wrong(SECRET)
  if (/^[0-9a-f]{40}$/i.test(trimmed)) return wrong('Put 0x before it.')
  if (/\.eth$/i.test(trimmed))
    return wrong('Names are not looked up here: give the address, 0x and 40 digits.')
  if (!/^0(x[0-9a-f]*)?$/i.test(trimmed))
    return wrong('An address is 0x and 40 digits from 0 to 9 and a to f.')
  const digits = trimmed.slice(2)
  if (digits.length > 40) return wrong(`${String(digits.length)} digits after 0x; an address has 40.`)
  if (digits.length < 40) return { state: 'short', words: `${String(digits.length)} of 40 digits after 0x.` }
  const lower = digits.toLowerCase()
  const isCased = digits !== lower && digits !== digits.toUpperCase()
  const right = withChecksum(lower)
  if (isCased && right !== `0x${digits}`)
    return wrong('The checksum is wrong: a character was mistyped or its case changed. Copy it again.')
  return { state: 'address', address: right }
}

// Whoever pastes one is told before it goes anywhere.
const SECRET =
  'This has 64 digits: a private key, which belongs in no program that only reads, or the hash of a transaction. It was sent nowhere.'

const wrong = (words: string): AddressReading => ({ state: 'wrong', words })

/** EIP-55: the case of each letter says something about all of them. @param lower 40 digits */
function withChecksum(lower: string): string {
  const hash = keccak_256(new TextEncoder().encode(lower))
  const cased = [...lower].map((char, at) => {
    const nibble = ((hash[at >> 1] ?? 0) >> (at % 2 === 0 ? 4 : 0)) & 0xf
    return nibble >= 8 ? char.toUpperCase() : char
  })
  return `0x${cased.join('')}`
}
