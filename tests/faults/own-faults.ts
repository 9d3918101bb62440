import { readdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sleep } from '#tests/servers/until.ts'
import { tokenFor } from '#tests/storage/influxdb/support.ts'
import { mounted, skipBecause } from '#tests/storage/support/mount.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { program } from '#tests/support/program.ts'
import { seeded } from '#tests/support/random.ts'
import type { Scene, ServerName } from './scene.ts'
import { newStand } from './stand.ts'
import { PATIENT, SEED, TRIES } from './suite.ts'
import { BOUND_MS, LATEST, tryOn } from './trial.ts'
import { INGEST } from './world.ts'

/** Room that a server has when it starts, and the most of it that a run finds. */
const STARTS_KB = 16_384
const LEFT_KB = 48

/** The disk of a server fills up while a run writes. Needs root, who alone may mount a small disk. */
export function diskFullOn(scene: () => Scene, server: ServerName): void {
  test(`F24: disk full: ${server}`, { timeout: PATIENT.timeout * TRIES }, async (context) => {
    for (let n = 0; n < TRIES; n++) {
      const random = seeded(SEED + 90_000 + n)
      const { before, kind, toxiproxy } = scene()
      const size = sizeKb(join(before.ingest, server)) + STARTS_KB
      const folder = mounted(join(temporaryFolder(), 'small'), [
        '-t',
        'tmpfs',
        '-o',
        `size=${size}k`,
        'tmpfs',
      ])
      if (folder === null) return skipBecause(context, 'mounting a small file system needs root')
      const stand = await newStand({ kind, toxiproxy, from: before.ingest, folders: { [server]: folder } })
      try {
        const told = {
          name: 'F24: disk full, then room again',
          server,
          command: 'ingest',
          codes: [6],
        } as const
        await tryOn(stand, scene(), told, random, async (env, cwd) => {
          const filler = filled(folder, Math.floor(random() * LEFT_KB) * 1024)
          const end = await program(INGEST, { cwd, env, kill: { afterMs: BOUND_MS } })
          rmSync(filler)
          // InfluxDB does not open a shard again that it could not open for want of room.
          if (server === 'influxdb') await stand.influxdb?.server.restart()
          expect(end.stdout, end.stderr).toContain('STORE_FULL')
          return { end, struck: true }
        })
      } finally {
        await stand.remove()
      }
    }
  })
}

/** Fills a disk up to so many bytes with a file, whose name is given back. */
function filled(folder: string, left: number): string {
  const file = join(folder, 'filler')
  const { bavail, bsize } = statfsSync(folder)
  writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - left)))
  return file
}

/** What files take on a disk of 4 KB blocks. */
function sizeKb(folder: string): number {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.reduce((sum, name) => {
    const found = statSync(join(folder, name))
    return sum + 4 * (found.isDirectory() ? 1 : Math.ceil(found.size / 4096))
  }, 0)
}

/** The token of InfluxDB is revoked while a run writes. */
export function tokenRevokedOn(scene: () => Scene): void {
  test('token revoked in mid-run: influxdb', { timeout: PATIENT.timeout * TRIES }, async () => {
    for (let n = 0; n < TRIES; n++) {
      const random = seeded(SEED + 91_000 + n)
      const { before, kind, toxiproxy, sent } = scene()
      const stand = await newStand({ kind, toxiproxy, from: before.ingest })
      const { influxdb } = stand
      if (influxdb === null) throw new Error('only of a store with InfluxDB')
      try {
        const told = {
          name: 'token revoked in mid-run',
          server: 'influxdb',
          command: 'ingest',
          codes: [4],
        } as const
        await tryOn(stand, scene(), told, random, async (env, cwd) => {
          const { token, revoke } = await tokenFor(influxdb.server, [
            ['read', 'orgs'],
            ['read', 'buckets'],
            ['write', 'buckets'],
            ['read', 'tasks'],
            ['write', 'tasks'],
          ])
          let struck = false
          const revoked = influxdb.meter.whenSent(random() * LATEST * sent.ingest.influxdb).then(async () => {
            struck = true
            await revoke()
          })
          const own = { ...env, INFLUX_TOKEN: token }
          const end = await program(INGEST, { cwd, env: own, kill: { afterMs: BOUND_MS } })
          await Promise.race([revoked, sleep(1_000)])
          expect(end.stdout + end.stderr).not.toContain(token)
          return { end, struck, healed: { INFLUX_TOKEN: influxdb.server.token } }
        })
      } finally {
        await stand.remove()
      }
    }
  })
}
