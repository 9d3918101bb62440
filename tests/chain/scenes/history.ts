import { expect } from 'vitest'
import { encodeFunctionData, formatUnits, parseUnits, type Hex } from 'viem'
import type { Flow, FlowKind } from '#core/flow.ts'
import type { WalletPart } from '#ingestion/evm/types.ts'
import type { Deployed, Mined, Stage } from '../support/deploy.ts'
import { readParts, type Reading } from './reading.ts'

/** Whose, what, of which asset, how much (decimal text, or base units), and in which transaction; null is in none. */
export type Row = readonly [
  who: string,
  kind: FlowKind,
  asset: string,
  quantity: string | bigint,
  mined: Mined | null,
]
type Assets = Readonly<Record<string, Deployed | 'native'>>
type Named = {
  readonly name: string
  readonly id: string
  readonly contract: Hex | 'native'
  readonly decimals: number
}

/**
 * The wallets' whole history, read from the chain as the program does, to be compared with a table.
 * @param assets what the table calls them
 * @param places further addresses that the table names: contracts in which something is kept
 */
export async function historyOf(
  stage: Stage,
  wallets: Readonly<Record<string, Hex>>,
  assets: Assets,
  places: Readonly<Record<string, Hex>> = {},
  url = stage.node.url,
): Promise<History> {
  const lower = (address: Hex) => address.toLowerCase() as Hex
  const contracts = Object.values(assets).flatMap((asset) =>
    asset === 'native' ? [] : [lower(asset.address)],
  )
  const reading = await readParts(stage.node.chainId, [url], Object.values(wallets).map(lower), contracts)
  const named = Object.entries(assets).map(([name, asset]) => nameOf(reading, name, asset))
  const owners = new Map([
    ...Object.entries(wallets).map(([name, address]) => [address.toLowerCase(), name] as const),
    ...Object.entries(places).map(([name, address]) => [`contract:${address.toLowerCase()}`, name] as const),
  ])
  return new History(stage, reading, wallets, named, owners)
}

function nameOf({ book, tokens }: Reading, name: string, asset: Deployed | 'native'): Named {
  if (asset === 'native') return { name, id: book.native.asset, contract: 'native', decimals: 18 }
  const contract = asset.address.toLowerCase() as Hex
  const token = tokens.get(contract)
  return { name, id: token?.asset ?? contract, contract, decimals: token?.decimals ?? 0 }
}

export class History {
  readonly parts: readonly WalletPart[]
  readonly requests: number
  private readonly stage: Stage
  private readonly reading: Reading
  private readonly wallets: Readonly<Record<string, Hex>>
  private readonly named: readonly Named[]
  private readonly owners: ReadonlyMap<string, string>

  constructor(
    stage: Stage,
    reading: Reading,
    wallets: Readonly<Record<string, Hex>>,
    named: readonly Named[],
    owners: ReadonlyMap<string, string>,
  ) {
    this.stage = stage
    this.reading = reading
    this.parts = reading.parts
    this.requests = reading.report.reduce((sum, { requests }) => sum + requests, 0)
    this.wallets = wallets
    this.named = named
    this.owners = owners
  }

  /** The flows are those of the table, no more and no fewer. */
  shows(rows: readonly Row[]): void {
    expect(this.lines((part) => part.flows)).toEqual(this.table(rows))
  }

  /** The same for tokens that are shown apart. */
  showsAside(rows: readonly Row[]): void {
    expect(this.lines((part) => part.aside)).toEqual(this.table(rows))
  }

  /**
   * What flowed is what the node says each wallet holds, and so do the balances read.
   * @param but assets whose balance cannot be read, or that have no quantity
   */
  async addsUp(but: readonly string[] = []): Promise<void> {
    for (const [who, address] of Object.entries(this.wallets)) {
      for (const asset of this.named.filter(({ name }) => !but.includes(name))) {
        const held = await this.balance(asset, address)
        expect(`${who} ${asset.name} ${this.sum(address, asset)}`).toBe(`${who} ${asset.name} ${held}`)
      }
    }
    const known = this.named.filter(({ name }) => !but.includes(name))
    const expected: string[] = []
    for (const [who, address] of Object.entries(this.wallets))
      for (const asset of known) {
        const held = await this.balance(asset, address)
        if (held !== 0n && !this.isAside(asset))
          expected.push(`${who} ${asset.name} ${formatUnits(held, asset.decimals)}`)
      }
    expect(this.balances().filter((line) => !/ 0$/.test(line))).toEqual(expected.sort())
  }

  /** A wallet holds so many base units by its flows. */
  holds(who: string, asset: string, amount: bigint): void {
    const named = this.named.find(({ name }) => name === asset)
    if (named === undefined) throw new Error(`the scene names no asset ${asset}`)
    expect(this.sum(this.wallets[who] ?? '', named)).toBe(amount)
  }

  assets(): Record<string, string> {
    return Object.fromEntries(this.named.map(({ name, id }) => [name, id]))
  }

  symbols(): Record<string, string> {
    const symbol = ({ contract }: Named) =>
      contract === 'native'
        ? this.reading.book.native.symbol
        : (this.reading.tokens.get(contract)?.symbol ?? '')
    return Object.fromEntries(this.named.map((asset) => [asset.name, symbol(asset)]))
  }

  nfts(): string[] {
    const moves = this.parts.flatMap(({ nfts }) => nfts)
    return moves
      .map((move) =>
        [this.who(move.wallet), move.standard, move.contract, move.tokenId, move.quantity].join(' '),
      )
      .sort()
  }

  balances(): string[] {
    const rows = this.parts.flatMap(({ balances }) => balances)
    return rows.map((row) => `${this.who(row.wallet)} ${this.asset(row.asset)} ${row.quantity}`).sort()
  }

  faults(): string[] {
    return this.parts.flatMap(({ faults }) => faults)
  }

  private lines(of: (part: WalletPart) => readonly Flow[]): string[] {
    const line = ({ wallet, kind, asset, quantity, tx }: Flow) =>
      [this.who(wallet), kind, this.asset(asset), quantity, tx ?? 'no tx'].join(' ')
    return this.parts.flatMap((part) => of(part).map(line)).sort()
  }

  private table(rows: readonly Row[]): string[] {
    return rows
      .map(([who, kind, asset, quantity, mined]) => {
        const decimals = this.named.find(({ name }) => name === asset)?.decimals ?? 0
        const amount = typeof quantity === 'bigint' ? quantity : parseUnits(quantity, decimals)
        return [who, kind, asset, formatUnits(amount, decimals), mined?.tx ?? 'no tx'].join(' ')
      })
      .sort()
  }

  private sum(wallet: string, { id, decimals }: Named): bigint {
    const flows = this.parts.flatMap((part) => [...part.flows, ...part.aside])
    return flows
      .filter((flow) => flow.wallet === wallet && flow.asset === id)
      .reduce((sum, { quantity }) => sum + parseUnits(quantity, decimals), 0n)
  }

  private async balance({ contract }: Named, wallet: Hex): Promise<bigint> {
    if (contract === 'native') return await this.stage.ether(wallet)
    const data = encodeFunctionData({ abi: BALANCE_OF, args: [wallet] })
    return BigInt(await this.stage.node.rpc<Hex>('eth_call', [{ to: contract, data }, 'latest']))
  }

  private isAside({ contract }: Named): boolean {
    const standing = contract === 'native' ? 'listed' : this.reading.tokens.get(contract)?.standing
    return standing === 'suspect' || standing === 'hidden'
  }

  private who(wallet: string): string {
    return this.owners.get(wallet) ?? wallet
  }

  private asset(id: string): string {
    return this.named.find((asset) => asset.id === id)?.name ?? id
  }
}

const BALANCE_OF = [
  {
    type: 'function',
    name: 'balanceOf',
    stateMutability: 'view',
    inputs: [{ type: 'address' }],
    outputs: [{ type: 'uint256' }],
  },
] as const
