/** What happens on a chain of a test: accounts, contracts, and transactions in the blocks that the test wants. */
import {
  decodeFunctionResult,
  encodeDeployData,
  encodeFunctionData,
  keccak256,
  numberToHex,
  parseEther,
  stringToHex,
  toEventSelector,
  type Abi,
  type Hex,
} from 'viem'
import { contract, type ContractName } from '../scenes/contracts.ts'
import type { Anvil } from './anvil.ts'

export type Deployed = { readonly address: Hex; readonly abi: Abi }
/** `value` in wei. */
export type Tx = { readonly from: Hex; readonly to?: Hex; readonly value?: bigint; readonly data?: Hex }
type Log = { readonly address: Hex; readonly topics: readonly Hex[]; readonly data: Hex }
export type Mined = {
  readonly tx: Hex
  readonly block: number
  readonly failed: boolean
  /** What the sender paid for it, in wei. */
  readonly gas: bigint
  readonly created: Hex | null
  readonly logs: readonly Log[]
}
type Receipt = {
  readonly transactionHash: Hex
  readonly blockNumber: Hex
  readonly status: Hex
  readonly gasUsed: Hex
  readonly effectiveGasPrice: Hex
  readonly contractAddress: Hex | null
  readonly logs: readonly Log[]
}

// More than anything here takes, and little enough for several in a block.
const GAS = numberToHex(8_000_000)
/** A legacy price in wei, which is paid as it stands whatever the block's base fee is. */
export const GAS_PRICE = 2_000_000_000n

/** An address of nobody that a test calls by a name: no key is needed, the node takes its transactions. */
export function account(name: string): Hex {
  return `0x${keccak256(stringToHex(`account ${name}`)).slice(-40)}`
}

export class Stage {
  readonly node: Anvil
  /** Has ether without end, and belongs to no wallet under test. */
  readonly faucet = account('faucet')

  private constructor(node: Anvil) {
    this.node = node
  }

  static async on(node: Anvil): Promise<Stage> {
    const stage = new Stage(node)
    await node.rpc('anvil_autoImpersonateAccount', [true])
    await node.rpc('anvil_setBalance', [stage.faucet, numberToHex(parseEther('1000000000'))])
    return stage
  }

  /** Transactions in one block, in this order. A failed one is in its result, not an error. */
  async block(txs: readonly Tx[], time?: number): Promise<Mined[]> {
    const { rpc } = this.node
    if (time !== undefined) await rpc('evm_setNextBlockTimestamp', [Math.floor(time / 1000)])
    await rpc('evm_setAutomine', [false])
    try {
      const hashes: Hex[] = []
      for (const { from, to, value, data } of txs) {
        const call = {
          from,
          to,
          data,
          value: numberToHex(value ?? 0n),
          gas: GAS,
          gasPrice: numberToHex(GAS_PRICE),
        }
        hashes.push(await rpc<Hex>('eth_sendTransaction', [call]))
      }
      await rpc('evm_mine')
      return await Promise.all(hashes.map((hash) => this.mined(hash)))
    } finally {
      await rpc('evm_setAutomine', [true])
    }
  }

  /** One transaction in a block of its own. @throws Error when it fails */
  async send(tx: Tx): Promise<Mined> {
    const [mined] = await this.block([tx])
    if (mined === undefined || mined.failed)
      throw new Error(`The transaction failed: ${JSON.stringify(mined?.tx)}`)
    return mined
  }

  async pay(from: Hex, to: Hex, ether: string): Promise<Mined> {
    return await this.send({ from, to, value: parseEther(ether) })
  }

  /** Puts a contract on the chain. @param value wei that its constructor gets */
  async deploy(name: ContractName, args: readonly unknown[] = [], value = 0n): Promise<Deployed & Mined> {
    const mined = await this.send({ from: this.faucet, data: creation(name, args), value })
    if (mined.created === null) throw new Error(`${name} was not created`)
    return { ...mined, address: mined.created, abi: contract(name).abi }
  }

  /** Puts a contract where a real chain has it: its code, and what its constructor wrote into its first slots. */
  async place(name: ContractName, args: readonly unknown[], address: Hex): Promise<Deployed> {
    const { rpc } = this.node
    const made = await this.deploy(name, args)
    await rpc('anvil_setCode', [address, await rpc('eth_getCode', [made.address, 'latest'])])
    for (let slot = 0; slot < 12; slot++) {
      const word = await rpc<Hex>('eth_getStorageAt', [made.address, numberToHex(slot), 'latest'])
      if (BigInt(word) !== 0n)
        await rpc('anvil_setStorageAt', [address, numberToHex(slot, { size: 32 }), word])
    }
    return { address, abi: made.abi }
  }

  async read<T>({ address, abi }: Deployed, functionName: string, args: readonly unknown[] = []): Promise<T> {
    const data = encodeFunctionData({ abi, functionName, args })
    const answer = await this.node.rpc<Hex>('eth_call', [{ to: address, data }, 'latest'])
    return decodeFunctionResult({ abi, functionName, args, data: answer }) as T
  }

  async ether(address: Hex, block: number | 'latest' = 'latest'): Promise<bigint> {
    const at = block === 'latest' ? block : numberToHex(block)
    return BigInt(await this.node.rpc<Hex>('eth_getBalance', [address, at]))
  }

  async height(): Promise<number> {
    return Number(await this.node.rpc<Hex>('eth_blockNumber'))
  }

  private async mined(hash: Hex): Promise<Mined> {
    const receipt = await this.node.rpc<Receipt | null>('eth_getTransactionReceipt', [hash])
    if (receipt === null) throw new Error(`Transaction ${hash} is in no block. ${this.node.log()}`)
    return {
      tx: receipt.transactionHash,
      block: Number(receipt.blockNumber),
      failed: receipt.status !== '0x1',
      gas: BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice),
      created: receipt.contractAddress,
      logs: receipt.logs,
    }
  }
}

/** A call of a contract's function, to be sent. @param value wei */
export function call(
  { address, abi }: Deployed,
  functionName: string,
  args: readonly unknown[],
  from: Hex,
  value = 0n,
): Tx {
  return { from, to: address, value, data: encodeFunctionData({ abi, functionName, args }) }
}

/** What creates a contract: its code and what its constructor is given. */
export function creation(name: ContractName, args: readonly unknown[]): Hex {
  const { abi, bytecode } = contract(name)
  return encodeDeployData({ abi, bytecode, args })
}

/** Data words of a transaction's log of an event, such as `Swap(address,uint256)`, of one contract. @throws when there is none */
export function loggedWords(mined: Mined, address: Hex, event: string): bigint[] {
  const topic = toEventSelector(event)
  const log = mined.logs.find((each) => each.address === address.toLowerCase() && each.topics[0] === topic)
  if (log === undefined) throw new Error(`${mined.tx} has no ${event} of ${address}`)
  return (log.data.slice(2).match(/.{64}/g) ?? []).map((word) => BigInt(`0x${word}`))
}
