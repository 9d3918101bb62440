/** Values of the digits of base64url, by their codes. */
const DIGITS = new Uint32Array(128)
for (const [value, digit] of [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
].entries())
  DIGITS[digit.charCodeAt(0)] = value

/**
 * Numbers what is equal, from 0, in some 40 bytes for each different one: a table of 60 bits of each key and its count.
 * A million strings in a Map take thrice the memory and a tenth of the time of an import.
 */
export class Ordinals {
  private slots = 1024
  private used = 0
  private table = new Uint32Array(3 * this.slots)

  /** Of a content key in base64url, ten digits or more: how many equal ones came before. */
  next(key: string): number {
    if (2 * this.used >= this.slots) this.grow()
    const at = this.slotOf(thirtyBits(key, 0), thirtyBits(key, 5))
    const before = this.table[at + 2] as number
    if (before === 0) this.used++
    this.table[at + 2] = before + 1
    return before
  }

  /** Where a key is, or is to be: the next free place after that which its bits name. */
  private slotOf(low: number, high: number): number {
    const { table, slots } = this
    let slot = low & (slots - 1)
    while (table[3 * slot + 2] !== 0 && !(table[3 * slot] === low && table[3 * slot + 1] === high))
      slot = (slot + 1) & (slots - 1)
    table[3 * slot] = low
    table[3 * slot + 1] = high
    return 3 * slot
  }

  private grow(): void {
    const before = this.table
    this.slots *= 2
    this.table = new Uint32Array(3 * this.slots)
    for (let at = 0; at < before.length; at += 3) {
      const count = before[at + 2] as number
      if (count > 0) this.table[this.slotOf(before[at] as number, before[at + 1] as number) + 2] = count
    }
  }
}

function thirtyBits(key: string, from: number): number {
  let bits = 0
  for (let at = from; at < from + 5; at++) bits = (bits << 6) | (DIGITS[key.charCodeAt(at)] as number)
  return bits
}
