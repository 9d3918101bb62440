/** An address where there is little room: its beginning and its end. Names of other books stay as they are. */
export function shortAddress(address: string): string {
  return /^0x[0-9a-f]{40}$/i.test(address) ? `${address.slice(0, 6)}…${address.slice(-4)}` : address
}
