import { afterAll, beforeAll, test } from 'vitest'
import { build } from '#tests/scripts/support.ts'
import { startToxiproxy, type ToxiproxyServer } from '#tests/servers/toxiproxy.ts'
import { seeded, testSeed } from '#tests/support/random.ts'
import { FAULTS, LONG, type Fault } from './catalogue.ts'
import { newScene, type Command, type Scene, type ServerName } from './scene.ts'
import type { Kind } from './stand.ts'
import { printTable } from './table.ts'
import { tryOut } from './trial.ts'
import { referenceOf } from './world.ts'

/** How often each fault is tried; the first time in `ingest`, then in turn. */
export const TRIES = Number(process.env['N'] ?? 1)
export const SEED = testSeed(20260501)
/** A time that only hangs reach. */
export const PATIENT = { timeout: 400_000 }

/** The scene of a kind of store for the tests of a file, and the table of what they tried at the end. */
export function sceneOf(kind: Kind): () => Scene {
  let toxiproxy: ToxiproxyServer | null = null
  let scene: Scene | null = null
  beforeAll(async () => {
    build()
    toxiproxy = await startToxiproxy()
    scene = await newScene(kind, SEED, await referenceOf(SEED), toxiproxy)
  }, 300_000)
  afterAll(async () => {
    scene?.remove()
    await toxiproxy?.remove()
    printTable(SEED)
  })
  return () => scene as Scene
}

/** InfluxDB's patience is a minute and a half, which no setting shortens. */
const isShort = (fault: Fault, server: ServerName): boolean =>
  fault.longOnly !== true && (server !== 'influxdb' || fault.hurried !== true || fault.lastsMs !== undefined)

/** Faults of the catalogue on one server of a store: all, or those that are `wanted`. */
export function faultsOf(
  scene: () => Scene,
  server: ServerName,
  wanted: (fault: Fault) => boolean = () => true,
): void {
  for (const [at, fault] of FAULTS.entries()) {
    if ((!LONG && !isShort(fault, server)) || !wanted(fault)) continue
    test(`${fault.name}: ${server}`, { timeout: PATIENT.timeout * TRIES }, async () => {
      for (let n = 0; n < TRIES; n++) {
        const command: Command = n % 2 === 0 ? 'ingest' : 'pnl'
        await tryOut(scene(), { fault, server, command }, seeded(SEED + at * 1_000 + n))
      }
    })
  }
}
