import { expect, test } from 'vitest'
import { leaseRunsOut, program } from '#tests/support/program.ts'
import { seeded } from '#tests/support/random.ts'
import { sleep, until } from '#tests/servers/until.ts'
import { LONG } from './catalogue.ts'
import { falseClock, WITHOUT_FALSE_CLOCK } from './false-clock.ts'
import type { Scene } from './scene.ts'
import { lookInto, newStand, type Stand } from './stand.ts'
import { PATIENT, SEED } from './suite.ts'
import { record } from './table.ts'
import { tryOn } from './trial.ts'
import { figuresOf, INGEST, newHome, PNL, verified, withProvider } from './world.ts'

const LEASE_MS = 60_000
const LOOK_AGAIN_MS = 3_000
const HOUR_S = 3_600

/** Two runs at once, runs that died, and clocks that are off, on a kind of store. */
export function togetherOn(scene: () => Scene): void {
  test(
    'F31: of two runs at once the second ends with 11 at once, and the first as if it were alone',
    PATIENT,
    async () => {
      await onStand(scene(), async (stand) => {
        await tryOn(
          stand,
          scene(),
          { name: 'F31: two runs at once', server: 'mongodb', command: 'ingest', codes: [0] },
          seeded(SEED),
          async (env, cwd) => {
            const first = program(INGEST, { cwd, env })
            await until(() => leaseIsHeld(stand), { timeoutMs: 60_000 })
            const second = await program(INGEST, { cwd, env })
            expect(second.code, second.stderr).toBe(11)
            expect(errorOf(second.stdout)).toBe('LEASE_HELD')
            return { end: await first, struck: true }
          },
        )
      })
    },
  )

  test('F31: the lease of a run that was killed runs out by itself within a minute', PATIENT, async () => {
    await onStand(scene(), async (stand) => {
      const random = seeded(SEED)
      const home = newHome(scene().seed)
      try {
        await withProvider(scene().seed, random, async (gecko) => {
          const place = { cwd: home.cwd, env: { ...gecko.env, ...stand.env } }
          const killed = await program(INGEST, { ...place, kill: { afterMs: 0, since: gecko.firstCall } })
          expect(killed.killed).toBe(true)
          const since = performance.now()
          const again = async () => (await program(INGEST, place)).code
          let code = await again()
          // The guard of what it was about to write falls sooner than the lease.
          expect(code).toBe(11)
          // One setting waits in earnest; the others, whose leases lie in MongoDB too, are told that a minute has passed.
          if (!LONG && scene().kind !== 'mongodb') await lookInto(stand, leaseRunsOut)
          while (code === 11 && performance.now() - since < 4 * LEASE_MS) {
            await sleep(LOOK_AGAIN_MS)
            code = await again()
          }
          const waited = (performance.now() - since) / 1000
          expect(code).toBe(0)
          expect(figuresOf(await program(PNL, place))).toBe(scene().reference.figures)
          const hash = await verified(place)
          record({
            fault: 'F31: run killed, its lease waited out',
            server: scene().kind,
            command: 'ingest',
            code,
            seconds: waited,
            struck: true,
            hashEqual: hash === scene().reference.hash,
          })
          expect(hash).toBe(scene().reference.hash)
        })
      } finally {
        home.remove()
      }
    })
  })

  test.skipIf(WITHOUT_FALSE_CLOCK).each([
    ['an hour fast', HOUR_S],
    ['an hour slow', -HOUR_S],
  ])(
    'F21: a clock that is %s: the same numbers, and a lease that others with a right clock respect and outlive',
    PATIENT,
    async (name, seconds) => {
      const clock = falseClock(seconds)
      await onStand(scene(), async (stand) => {
        await tryOn(
          stand,
          scene(),
          { name: `F21: Tidemark's clock ${name}`, server: scene().kind, command: 'ingest', codes: [0] },
          seeded(SEED),
          async (env, cwd) => {
            const running = program(INGEST, { cwd, env: { ...env, ...clock } })
            await until(() => leaseIsHeld(stand), { timeoutMs: 60_000 })
            const now = Date.now()
            const seen = await lookInto(stand, (store) => store.acquireLease('pipeline', 'another', 1, now))
            expect(seen).toMatchObject({ acquired: false })
            expect(seen.expires - now).toBeLessThan(LEASE_MS + 5_000)
            return { end: await running, struck: true }
          },
        )
      })
    },
  )
}

async function onStand(scene: Scene, work: (stand: Stand) => Promise<void>): Promise<void> {
  const stand = await newStand({ kind: scene.kind, toxiproxy: scene.toxiproxy, from: scene.before.ingest })
  try {
    await work(stand)
  } finally {
    await stand.remove()
  }
}

/** Whether a run has the lease, seen without touching it. */
async function leaseIsHeld(stand: Stand): Promise<boolean> {
  const runs = await lookInto(stand, (store) => store.runs({ limit: 1, offset: 0 }))
  return runs[0]?.outcome === 'running'
}

const errorOf = (stdout: string): string | undefined =>
  (JSON.parse(stdout) as { error?: { code: string } }).error?.code
