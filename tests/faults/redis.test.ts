/** Redis, which nothing but the queue needs, behind a bad network, dying, and with a clock that is off. */
import { afterAll, beforeAll, test } from 'vitest'
import { build } from '#tests/scripts/support.ts'
import { withPrivateServers } from '#tests/servers/in-tests.ts'
import { startToxiproxy, type ToxiproxyServer } from '#tests/servers/toxiproxy.ts'
import { seeded } from '#tests/support/random.ts'
import { FAULTS, LONG } from './catalogue.ts'
import { falseClock, WITHOUT_FALSE_CLOCK } from './false-clock.ts'
import { sentToRedis, tryWithRedis, type RedisCommand, type RedisScene } from './redis-trial.ts'
import { PATIENT, SEED, TRIES } from './suite.ts'
import { printTable } from './table.ts'
import { ACKNOWLEDGED, ends, newHome, referenceOf } from './world.ts'

const HOUR_S = 3_600
let scene: RedisScene
let toxiproxy: ToxiproxyServer
let removeHome: () => void = () => undefined

withPrivateServers('redis', 'toxiproxy').describe('REDIS_URL', () => {
  beforeAll(async () => {
    build()
    toxiproxy = await startToxiproxy()
    const home = newHome(SEED)
    removeHome = home.remove
    for (const args of ACKNOWLEDGED) await ends(args, { cwd: home.cwd, env: {} })
    const base = { seed: SEED, reference: await referenceOf(SEED), toxiproxy, home: home.cwd }
    scene = { ...base, sent: await sentToRedis(base) }
  }, 300_000)
  afterAll(async () => {
    removeHome()
    await toxiproxy.remove()
    printTable(SEED)
  })

  for (const [at, fault] of FAULTS.entries()) {
    if (!LONG && fault.longOnly) continue
    test(`${fault.name}: redis, ingest`, { timeout: PATIENT.timeout * TRIES }, async () => {
      for (let n = 0; n < TRIES; n++) await tryOut('ingest', at, n)
    })
    // Without an end to the fault there is none to the waiting of a worker, as it should be.
    if (fault.lastsMs === undefined || (!LONG && !fault.name.startsWith('F26'))) continue
    test(`${fault.name}: redis, worker`, { timeout: PATIENT.timeout * TRIES }, async () => {
      for (let n = 0; n < TRIES; n++) await tryOut('worker', at, n)
    })
  }

  test.skipIf(WITHOUT_FALSE_CLOCK).each([
    ['an hour fast', HOUR_S],
    ['an hour slow', -HOUR_S],
  ])('F21: the clock of Redis %s: ingest and worker end as always', PATIENT, async (name, seconds) => {
    const told = { name: `F21: Redis' clock ${name}`, fault: null, env: falseClock(seconds) }
    for (const command of ['ingest', 'worker'] as const)
      await tryWithRedis(scene, { ...told, command }, seeded(SEED))
  })
})

function tryOut(command: RedisCommand, at: number, n: number): Promise<void> {
  const fault = FAULTS[at] as (typeof FAULTS)[number]
  return tryWithRedis(scene, { command, fault, name: fault.name }, seeded(SEED + 50_000 + at * 1_000 + n))
}
