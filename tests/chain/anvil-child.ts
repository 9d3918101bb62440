/** Starts a node, says where, and stays. */
import { sleep } from '../servers/until.ts'
import { startAnvil } from './support/anvil.ts'

const node = await startAnvil({ chainId: 1 })
process.stdout.write(`${node.url}\n`)
await sleep(60_000)
