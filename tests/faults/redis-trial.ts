import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { startRedis } from '#tests/servers/redis.ts'
import type { Toxiproxy } from '#tests/servers/toxiproxy-client.ts'
import { program, type ProgramEnd } from '#tests/support/program.ts'
import { seeded, type Random } from '#tests/support/random.ts'
import { rangeFlags } from '#tests/support/steady.ts'
import type { Fault } from './catalogue.ts'
import { guard, type Guarded } from './guarded.ts'
import { record } from './table.ts'
import { BOUND_MS, expectClear, LATEST, struckBy, type Tried } from './trial.ts'
import {
  copyOf,
  ends,
  figuresOf,
  INGEST,
  PNL,
  SPAN,
  verified,
  withProvider,
  type Env,
  type Reference,
} from './world.ts'

/** What all tries with Redis have in common: a store in a file, and Redis beside it. */
export type RedisScene = {
  readonly seed: number
  readonly reference: Reference
  readonly toxiproxy: Toxiproxy
  /** A home in which the files to import are imported. */
  readonly home: string
  /** Bytes that an undisturbed command sends to Redis. */
  readonly sent: Readonly<Record<RedisCommand, number>>
}
export type RedisCommand = 'ingest' | 'worker'

const ON_PORTFOLIO = ['--portfolio', 'portfolio.yaml']
export const HAND_OUT = ['backfill', '--queue', '--json', ...ON_PORTFOLIO, ...rangeFlags(SPAN)]
export const WORK = ['worker', '--until-empty', '--json', '--lock', '2']

type RedisTrial = {
  readonly command: RedisCommand
  /** Null: nothing but what is wrong with this Redis from the start. */
  readonly fault: Fault | null
  readonly name: string
  readonly env?: Env
}

/** One fault of Redis in a command that uses it, and the life after it, which must be that of a store without one. */
export async function tryWithRedis(scene: RedisScene, trial: RedisTrial, random: Random): Promise<void> {
  const { command, fault, name } = trial
  const home = copyOf(scene.home)
  let redis: Guarded | null = null
  try {
    redis = await guard(scene.toxiproxy, startRedis(trial.env === undefined ? {} : { env: trial.env }))
    const target = redis
    await withProvider(scene.seed, random, async (gecko) => {
      const env = { ...gecko.env, REDIS_URL: target.proxy.through(target.server.url) }
      const place = { cwd: home.cwd, env }
      if (command === 'worker') await ends(HAND_OUT, place)
      const after = fault?.fromStart === true ? 1 : 1 + random() * LATEST * scene.sent[command]
      const { end, struck } = await struckIn(target, fault, after, () =>
        program(command === 'ingest' ? INGEST : WORK, { ...place, kill: { afterMs: BOUND_MS } }),
      )
      // Redis is optional: a run on its own goes on without it. A worker lives on it.
      expectClear(end, command === 'ingest' ? [0] : [0, 6])
      if (command === 'ingest')
        expect(await verified(place), 'hash of the run').toBe(scene.reference.ingested)
      if (command === 'worker') for (const args of [HAND_OUT, WORK]) await ends(args, place)
      await ends(INGEST, place)
      expect(figuresOf(await ends(PNL, place))).toBe(scene.reference.figures)
      const hashEqual = (await verified(place)) === scene.reference.hash
      record({
        fault: name,
        server: 'redis',
        command,
        code: end.code,
        seconds: end.ms / 1000,
        struck,
        hashEqual,
      })
      expect(hashEqual, 'hash after the next run').toBe(true)
    })
  } finally {
    await redis?.remove()
    home.remove()
  }
}

async function struckIn(
  target: Guarded,
  fault: Fault | null,
  afterBytes: number,
  run: () => Promise<ProgramEnd>,
): Promise<Tried> {
  if (fault === null) return { end: await run(), struck: true }
  return struckBy(fault, target, afterBytes, run)
}

/** Measures what commands say to Redis when nothing disturbs them. */
export async function sentToRedis({
  toxiproxy,
  seed,
  home: of,
}: Omit<RedisScene, 'sent'>): Promise<RedisScene['sent']> {
  const home = copyOf(of)
  const redis = await guard(toxiproxy, startRedis())
  try {
    return await withProvider(seed, seeded(seed), async (gecko) => {
      const place = { cwd: home.cwd, env: { ...gecko.env, REDIS_URL: redis.proxy.through(redis.server.url) } }
      const sentBy = async (args: readonly string[]) => {
        const before = redis.meter.sent()
        await ends(args, place)
        return redis.meter.sent() - before
      }
      await ends(HAND_OUT, place)
      const worker = await sentBy(WORK)
      rmSync(join(home.cwd, 'data'), { recursive: true })
      return { worker, ingest: await sentBy(INGEST) }
    })
  } finally {
    await redis.remove()
    home.remove()
  }
}
