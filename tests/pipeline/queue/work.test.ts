/** Work that is handed out and done by others leaves what one run leaves: on a real queue, against the simulator. */
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { formatTime } from '#core/hour.ts'
import type { Portfolio } from '#core/portfolio.ts'
import { backfill, backfillOrder, type BackfillRequest } from '#pipeline/jobs/backfill.ts'
import { UsageMeter } from '#pipeline/jobs/ingest/usage.ts'
import { openSession } from '#pipeline/queries/pnl.ts'
import { handOut } from '#pipeline/queue/hand-out.ts'
import { handlerOf } from '#pipeline/queue/handler.ts'
import type { WorkQueue } from '#pipeline/queue/ports.ts'
import type { Work } from '#pipeline/queue/work.ts'
import type { SimulatedWallet } from '#scripts/simulator/market.ts'
import { RedisQueue } from '#storage/redis/queue.ts'
import { startWorkers } from '#storage/redis/workers.ts'
import { withServers } from '#tests/servers/in-tests.ts'
import { until } from '#tests/servers/until.ts'
import { hourly, marketOf } from '../markets.ts'
import { hour, portfolioOf, startWorld, USD, type World } from '../world.ts'

const servers = withServers('redis')
const ADDRESS = `0x${'a1'.repeat(20)}`
const LINK = '0x514910771af9ca656af840dff83e8398ecf986ca'
const STRANGER = `0x${'5'.repeat(40)}`
const never = () => new AbortController().signal

/** Received 10 days ago, a part of it sent 3 days ago. */
const WALLET: SimulatedWallet = {
  address: ADDRESS,
  chain: 'ethereum',
  transactions: [
    received('0x01', -240, 50n * 10n ** 18n),
    { ...received('0x02', -72, 20n * 10n ** 18n), transfers: [sent(20n * 10n ** 18n)] },
  ],
}
function received(hash: string, offset: number, amount: bigint) {
  const transfers = [{ token: LINK, amount, from: STRANGER, to: ADDRESS }]
  return { hash, time: hour(offset) + 600_000, fee: 0n, from: STRANGER, transfers }
}
function sent(amount: bigint) {
  return { token: LINK, amount, from: ADDRESS, to: STRANGER }
}

async function begin(): Promise<{ world: World; portfolio: Portfolio; request: BackfillRequest }> {
  const coins = [
    hourly('bitcoin'),
    hourly('ethereum'),
    hourly('chainlink', { platforms: { ethereum: LINK } }),
  ]
  const world = await startWorld({ market: marketOf(coins, { wallets: [WALLET] }), allium: true })
  onTestFinished(() => world.close())
  const flowsFile = join(world.folder, 'flows.csv')
  writeFileSync(
    flowsFile,
    `time,asset,quantity,kind\n${formatTime(hour(-500))},bitcoin,2,deposit\n${formatTime(hour(-90))},bitcoin,-1,sell\n`,
  )
  const wallets = [{ address: ADDRESS, label: 'hot', chains: ['ethereum'] }]
  const portfolio = portfolioOf({ wallets, flowsFile })
  const request = { owner: 'local', assets: [], from: null, to: null, portfolio, quote: USD, dryRun: false }
  return { world, portfolio, request }
}

const compute = ({ io }: World, portfolio: Portfolio) =>
  openSession({ portfolio, quote: USD, now: io.now() }, io.store, io.marks)

/** Hands a backfill out and does all of it. */
async function byQueue(
  queue: WorkQueue,
  { world, request }: Awaited<ReturnType<typeof begin>>,
  redis: string,
  id: string,
) {
  const { io } = world
  const signal = never()
  const handed = await handOut(
    await backfillOrder(request, io),
    io,
    queue,
    (event) => world.events.push(event),
    signal,
  )
  const usage = new UsageMeter(io)
  const emit = () => undefined
  const own = new Set<string>()
  const handle = handlerOf({ io, queue, usage, emit, own, quote: USD, signal, grace: signal }, (error) => {
    throw error
  })
  const workers = await startWorkers({
    ...{ url: redis, store: id, concurrency: 3, lockMs: 5_000, handle },
    onTrouble: () => undefined,
  })
  const ended = await until(
    async () => {
      const { waiting, active } = await queue.counts()
      return waiting + active === 0
    },
    { timeoutMs: 40_000 },
  )
  await workers.close()
  return { handed, ended, own }
}

servers.describe('work by a queue', () => {
  test('a wallet that is read brings the prices of what it holds; in the end all is as after one backfill', async () => {
    const alone = await begin()
    await backfill(alone.request, alone.world.io, () => undefined, never())
    await compute(alone.world, alone.portfolio)
    const shared = await begin()
    const { redis } = await servers.addresses()
    const id = randomUUID()
    const queue: WorkQueue = await RedisQueue.open<Work>(redis.url, id)
    onTestFinished(() => queue.close())
    const { handed, ended, own } = await byQueue(queue, shared, redis.url, id)
    expect([ended, await queue.counts()]).toMatchObject([true, { parked: 0 }])
    expect(handed).toMatchObject({ wallets: 1, portfolios: 1, exitCode: 0 })
    expect(own).toContain(ADDRESS)
    const done = (await queue.entries(['done'], { limit: 50, offset: 0 })).map((entry) => entry.id)
    expect(done).toContain('prices|chainlink|usd|2026-10')
    expect(await shared.world.store.canonicalHash()).toBe(await alone.world.store.canonicalHash())
    // Nothing is left to do but to look once more.
    const again = await handOut(
      await backfillOrder(shared.request, shared.world.io),
      shared.world.io,
      queue,
      () => undefined,
      never(),
    )
    expect(again.parked).toBe(0)
  })
})
