import { HOUR_MS } from '#core/hour.ts'
import type { SimulatedTransaction, SimulatedWallet } from './market.ts'
import { hash, uniform } from './random.ts'

const USDC = '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48'
const ETHER = 10n ** 18n
const GAS = 420_000_000_000_000n
const EXCHANGE = `0x${'e'.repeat(40)}`
const STRANGER = `0x${'5'.repeat(40)}`

/**
 * An invented wallet on ethereum with one transaction every `everyHours` from `from` to `to`: it begins with 10 ETH
 * and 20,000 USDC, then buys and sells a little ETH for USDC, receives and sends.
 */
export function inventedWallet(options: {
  readonly address: string
  readonly seed: number
  readonly from: number
  readonly to: number
  readonly everyHours: number
}): SimulatedWallet {
  const { address, seed, from, to, everyHours } = options
  const transactions: SimulatedTransaction[] = [opening(address, seed, from)]
  const step = everyHours * HOUR_MS
  for (let index = 1; from + index * step < to; index++) {
    const time = from + index * step + Math.floor(uniform(seed, index) * HOUR_MS)
    transactions.push(transaction(address, seed, index, Math.floor(time / 1000) * 1000))
  }
  return { address, chain: 'ethereum', transactions }
}

function opening(address: string, seed: number, time: number): SimulatedTransaction {
  const transfers = [
    { token: null, amount: 10n * ETHER, from: STRANGER, to: address },
    { token: USDC, amount: 20_000_000_000n, from: STRANGER, to: address },
  ]
  return { hash: txHash(seed, 0), time, fee: 0n, from: STRANGER, transfers }
}

function transaction(address: string, seed: number, index: number, time: number): SimulatedTransaction {
  const ether = (ETHER / 1_000n) * BigInt(1 + Math.floor(uniform(seed, index, 1) * 20))
  const dollars = BigInt(1 + Math.floor(uniform(seed, index, 2) * 60)) * 1_000_000n
  const out = (token: string | null, amount: bigint) => ({ token, amount, from: address, to: EXCHANGE })
  const into = (token: string | null, amount: bigint) => ({ token, amount, from: EXCHANGE, to: address })
  const base = { hash: txHash(seed, index), time, fee: GAS, from: address }
  const kinds = [
    { ...base, transfers: [out(USDC, dollars), into(null, ether)] },
    { ...base, transfers: [out(null, ether), into(USDC, dollars)] },
    { ...base, transfers: [out(USDC, dollars)] },
    { ...base, fee: 0n, from: STRANGER, transfers: [into(null, ether)] },
  ]
  return kinds[hash(seed, index, 3) % kinds.length] as SimulatedTransaction
}

function txHash(seed: number, index: number): string {
  return `0x${Array.from({ length: 8 }, (_, part) => hash(seed, index, part, 9).toString(16).padStart(8, '0')).join('')}`
}
