import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { seeded } from '#tests/support/random.ts'
import type { Toxiproxy } from '#tests/servers/toxiproxy-client.ts'
import { newStand, type Kind, type Stand } from './stand.ts'
import {
  ACKNOWLEDGED,
  ends,
  figuresOf,
  INGEST,
  newFolder,
  newHome,
  PNL,
  verified,
  withProvider,
  type Reference,
} from './world.ts'

export type Command = 'ingest' | 'pnl'
export type ServerName = 'mongodb' | 'influxdb'
/** What all tries on one kind of store have in common. */
export type Scene = {
  readonly kind: Kind
  readonly seed: number
  readonly reference: Reference
  readonly toxiproxy: Toxiproxy
  /** Folder with the servers' data as they are before a command. */
  readonly before: Readonly<Record<Command, string>>
  /** Bytes that an undisturbed command sends to a server. */
  readonly sent: Readonly<Record<Command, Readonly<Record<ServerName, number>>>>
  readonly remove: () => void
}

/** Lives one undisturbed life on a kind of store, keeps what lies on the servers at each step, and compares its end. */
export async function newScene(
  kind: Kind,
  seed: number,
  reference: Reference,
  toxiproxy: Toxiproxy,
): Promise<Scene> {
  const stand = await newStand({ kind, toxiproxy })
  const home = newHome(seed)
  const folder = newFolder()
  const before = { ingest: join(folder, 'ingest'), pnl: join(folder, 'pnl') }
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    const sent = await withProvider(seed, seeded(seed), async ({ env }) => {
      const place = { cwd: home.cwd, env: { ...env, ...stand.env } }
      for (const args of ACKNOWLEDGED) await ends(args, place)
      await keep(stand, before.ingest)
      const ingest = await sentBy(stand, () => ends(INGEST, place))
      expect(await verified(place)).toBe(reference.ingested)
      await keep(stand, before.pnl)
      const pnl = await sentBy(stand, async () => {
        expect(figuresOf(await ends(PNL, place))).toBe(reference.figures)
      })
      expect(await verified(place)).toBe(reference.hash)
      return { ingest, pnl }
    })
    return { kind, seed, reference, toxiproxy, before, sent, remove }
  } catch (error) {
    remove()
    throw error
  } finally {
    home.remove()
    await stand.remove()
  }
}

async function keep({ mongodb, influxdb }: Stand, folder: string): Promise<void> {
  for (const [name, guarded] of Object.entries({ mongodb, influxdb })) {
    if (guarded === null) continue
    mkdirSync(join(folder, name), { recursive: true })
    await guarded.server.kill()
    cpSync(guarded.server.folder, join(folder, name), { recursive: true })
    await guarded.server.restart()
  }
}

async function sentBy(
  { mongodb, influxdb }: Stand,
  work: () => Promise<unknown>,
): Promise<Record<ServerName, number>> {
  const now = () => [mongodb.meter.sent(), influxdb?.meter.sent() ?? 0] as const
  const [documents, points] = now()
  await work()
  const [more, morePoints] = now()
  return { mongodb: more - documents, influxdb: morePoints - points }
}
