/** Starts a server and says where; then stays, or ends without a word to the server. */
import { startRedis } from './redis.ts'
import { sleep } from './until.ts'

const { port, home } = await startRedis()
process.stdout.write(`${JSON.stringify({ port, home })}\n`)
if (process.argv[2] === 'stay') await sleep(60_000)
