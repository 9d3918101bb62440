import { expect } from 'vitest'
import { startRedis } from '#tests/servers/redis.ts'
import type { Toxiproxy } from '#tests/servers/toxiproxy-client.ts'
import { program, type ProgramEnd } from '#tests/support/program.ts'
import type { Random } from '#tests/support/random.ts'
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
}
export type RedisCommand = 'ingest' | 'worker'

const ON_PORTFOLIO = ['--portfolio', 'portfolio.yaml']
const HAND_OUT = ['backfill', '--queue', '--json', ...ON_PORTFOLIO, ...rangeFlags(SPAN)]
const WORK = ['worker', '--until-empty', '--json', '--lock', '2']
/** What a command says to Redis, about: a fault is to fall into it. */
const SENT: Readonly<Record<RedisCommand, number>> = { ingest: 4_000, worker: 40_000 }

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
      const { end, struck } = await struckIn(target, { command, fault }, random, () =>
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
  { command, fault }: Pick<RedisTrial, 'command' | 'fault'>,
  random: Random,
  run: () => Promise<ProgramEnd>,
): Promise<Tried> {
  if (fault === null) return { end: await run(), struck: true }
  return struckBy(fault, target, fault.fromStart ? 1 : 1 + random() * LATEST * SENT[command], run)
}
