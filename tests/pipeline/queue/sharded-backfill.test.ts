import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { formatTime } from '#core/hour.ts'
import { backfill, type BackfillRequest } from '#pipeline/jobs/backfill.ts'
import { withLease } from '#pipeline/jobs/lease.ts'
import { openStore } from '#storage/open.ts'
import { hourly, marketOf } from '../markets.ts'
import { hour, portfolioOf, startWorld, USD, type World } from '../world.ts'

const COINS = ['bitcoin', 'ethereum', 'solana', 'dogecoin', 'cardano', 'tron', 'monero', 'litecoin'] as const
const SHARDS = 3
const never = () => new AbortController().signal
const worlds: World[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close()
})

/** A portfolio of eight coins with a flows file, in a world of its own. */
async function begin(): Promise<{ world: World; request: BackfillRequest }> {
  const world = await startWorld({ market: marketOf(COINS.map((id) => hourly(id))) })
  worlds.push(world)
  const flowsFile = join(world.folder, 'flows.csv')
  const rows = COINS.map((id, at) => `${formatTime(hour(-200 + at * 10))},${id},${at + 1},deposit,row ${at}`)
  writeFileSync(flowsFile, `time,asset,quantity,kind,note\n${rows.join('\n')}\n`)
  const holdings = [{ asset: 'tron' as AssetId, quantity: '5', unitCost: null, since: null }]
  const portfolio = portfolioOf({ holdings, flowsFile })
  const request = { owner: 'local', assets: [], from: null, to: null, portfolio, quote: USD, dryRun: false }
  return { world, request }
}

/** Backfills a shard over a connection of its own, as another machine would. */
async function runShard({ world, request }: Awaited<ReturnType<typeof begin>>, index: number) {
  const store = await openStore({ kind: 'embedded', file: world.file })
  const io = { ...world.io, store, holder: `machine-${index}`, newId: () => `run-of-shard-${index}` }
  const shard = { index, count: SHARDS }
  try {
    return await backfill({ ...request, shard }, io, (event) => world.events.push(event), never())
  } finally {
    await store.close()
  }
}

const shards = Array.from({ length: SHARDS }, (_, at) => at + 1)

test('all shards, run beside each other, leave what one run of everything leaves, and make its calls once', async () => {
  const alone = await begin()
  await backfill(alone.request, alone.world.io, () => undefined, never())
  const together = await begin()
  const summaries = await Promise.all(shards.map((index) => runShard(together, index)))
  expect(summaries.map(({ exitCode }) => exitCode)).toEqual(shards.map(() => 0))
  expect(await together.world.store.canonicalHash()).toBe(await alone.world.store.canonicalHash())
  const charts = (world: World) =>
    world
      .calls()
      .filter((path) => path.includes('market_chart'))
      .sort()
  const [made, expected] = [charts(together.world), charts(alone.world)]
  expect(expected.length).toBeGreaterThanOrEqual(COINS.length)
  expect(made).toEqual(expected)
  const rows = await together.world.store.runs({ limit: 10, offset: 0 })
  expect(rows.map(({ outcome }) => outcome)).toEqual(shards.map(() => 'complete'))
})

test('F31: a shard has a lease of its own: the same shard is refused, another runs, and a killed one is closed', async () => {
  const begun = await begin()
  const { store, io } = begun.world
  await withLease(
    io,
    never(),
    async () => {
      await expect(runShard(begun, 1)).rejects.toMatchObject({ code: 'LEASE_HELD' })
      expect(await runShard(begun, 2)).toMatchObject({ exitCode: 0 })
    },
    'pipeline:1/3',
  )
  const killed = {
    command: 'backfill',
    started: 0,
    finished: null,
    exitCode: null,
    outcome: 'running',
  } as const
  for (const index of [1, 2])
    await store.writeRun({ ...killed, id: `killed-${index}`, summary: `{"lease":"pipeline:${index}/3"}` })
  await runShard(begun, 1)
  const outcomes = new Map(
    (await store.runs({ limit: 10, offset: 0 })).map(({ id, outcome }) => [id, outcome]),
  )
  // The second shard may still be at work on another machine.
  expect([outcomes.get('killed-1'), outcomes.get('killed-2')]).toEqual(['interrupted', 'running'])
})
