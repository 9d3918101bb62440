import { setMaxListeners } from 'node:events'
import { createPublicClient, http, parseAbiItem } from 'viem'
import { compare, type Bench, type Ratio } from '#tests/bench/measure.ts'
import { startAnvil, type Anvil } from '#tests/chain/support/anvil.ts'
import { openTestChain } from '#tests/chain/support/chain.ts'
import {
  emitTransfers,
  installEmitter,
  LONG_HISTORY,
  mine,
  topicOf,
  TRANSFER,
} from '#tests/chain/support/emitter.ts'
import * as host from '#tests/chain/support/profiles.ts'
import { startProxy } from '#tests/chain/support/proxy.ts'
import type { ChainRpc } from '../types.ts'

const ALICE = '0x00000000000000000000000000000000000a11ce'
const BOB = '0x0000000000000000000000000000000000000b0b'
const BLOCKS = 100_000
const ROUNDS = 50
const LOGS = 19_999
const EVENT = parseAbiItem('event Transfer(address indexed from, address indexed to, uint256 value)')
const NEVER = new AbortController().signal
setMaxListeners(0, NEVER)

async function history(): Promise<Anvil> {
  const node = await startAnvil({ chainId: 1, args: [...LONG_HISTORY] })
  await installEmitter(node)
  for (let at = 0; at < ROUNDS; at++) {
    // No round numbers in an answer: those would be checked for having been cut.
    await emitTransfers(node, { count: 399 + (at % 3), from: BOB, to: ALICE })
    await mine(node, BLOCKS / ROUNDS - 1)
  }
  return node
}

/** Fetched and decoded: the sum of the amounts. */
async function withViem(url: string): Promise<bigint> {
  const client = createPublicClient({ transport: http(url) })
  const logs = await client.getLogs({
    event: EVENT,
    args: { to: ALICE },
    ...{ fromBlock: 0n, toBlock: BigInt(BLOCKS) },
  })
  return logs.reduce((sum, { args }) => sum + (args.value ?? 0n), 0n)
}

async function walked(chain: ChainRpc): Promise<bigint> {
  const filter = { topics: [TRANSFER, null, topicOf(ALICE)] } as const
  const logs = await chain.logs([filter], { from: 0, to: BLOCKS }, NEVER)
  return logs.reduce((sum, { data }) => sum + BigInt(data), 0n)
}

async function run(): Promise<Ratio[]> {
  const node = await history()
  const proxy = await startProxy(node, host.infura())
  const [bare, limited] = [openTestChain(1, [node.url]), openTestChain(1, [proxy.url])]
  try {
    const expected = await withViem(node.url)
    const same = (chain: ChainRpc) => async () => {
      if ((await walked(chain)) !== expected) throw new Error('the logs differ')
    }
    const against = 'one request of viem for all blocks, decoded'
    const name = `${LOGS.toLocaleString('en')} transfers in ${BLOCKS.toLocaleString('en')} blocks`
    const plain = await compare({ name, against, limit: 1.5 }, same(bare), () => withViem(node.url))
    await same(limited)()
    proxy.reset()
    await same(limited)()
    const notes = [`${proxy.requests} requests; ${BLOCKS / 10_000} are the fewest`]
    const words = { name: `${name}, 10,000 blocks and logs of one request`, against, limit: null, notes }
    return [plain, await compare(words, same(limited), () => withViem(node.url), { pairs: 3, warmups: 1 })]
  } finally {
    bare.close()
    limited.close()
    await proxy.close()
    await node.stop()
  }
}

export const benches: readonly Bench[] = [{ name: 'Walking logs', run }]
