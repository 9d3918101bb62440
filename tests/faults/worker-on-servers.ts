import { test } from 'vitest'
import { startRedis } from '#tests/servers/redis.ts'
import { program } from '#tests/support/program.ts'
import { seeded } from '#tests/support/random.ts'
import { FAULTS, LONG, type Fault } from './catalogue.ts'
import { HAND_OUT, WORK } from './redis-trial.ts'
import type { Scene } from './scene.ts'
import { newStand } from './stand.ts'
import { PATIENT, SEED, TRIES } from './suite.ts'
import { BOUND_MS, LATEST, struckBy, tryOn } from './trial.ts'
import { ends } from './world.ts'

/** Faults of MongoDB in a worker: what it had begun goes back to the queue, and the next one does it. */
export function workerOn(scene: () => Scene): void {
  for (const [at, fault] of FAULTS.entries()) {
    if (!LONG && !fault.name.includes('in a write, started again')) continue
    test(`${fault.name}: mongodb, worker`, { timeout: PATIENT.timeout * TRIES }, async () => {
      for (let n = 0; n < TRIES; n++) await tryOut(scene(), fault, SEED + 70_000 + at * 1_000 + n)
    })
  }
}

async function tryOut(scene: Scene, fault: Fault, seed: number): Promise<void> {
  const { kind, toxiproxy, before, sent } = scene
  const stand = await newStand({ kind, toxiproxy, from: before.ingest })
  const redis = await startRedis()
  const random = seeded(seed)
  try {
    const told = { name: fault.name, server: 'mongodb', command: 'worker', codes: [0, 6] } as const
    await tryOn(stand, scene, told, random, async (env, cwd) => {
      const place = { cwd, env: { ...env, REDIS_URL: redis.url } }
      await ends(HAND_OUT, place)
      const after = fault.fromStart ? 1 : 1 + random() * LATEST * sent.ingest.mongodb
      const tried = await struckBy(fault, stand.mongodb, after, () =>
        program(WORK, { ...place, kill: { afterMs: BOUND_MS } }),
      )
      for (const args of [HAND_OUT, WORK]) await ends(args, place)
      return tried
    })
  } finally {
    await redis.remove()
    await stand.remove()
  }
}
