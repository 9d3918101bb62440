import { expect } from 'vitest'
import { TidemarkError } from '#core/errors.ts'
import type { StoreOptions } from '#storage/open.ts'
import { leaseRunsOut, program, type ProgramEnd } from '#tests/support/program.ts'
import type { Random } from '#tests/support/random.ts'
import { sleep } from '#tests/servers/until.ts'
import { heal, type Fault } from './catalogue.ts'
import type { Command, Scene, ServerName } from './scene.ts'
import type { Guarded } from './guarded.ts'
import { lookInto, newStand, type Stand } from './stand.ts'
import { record } from './table.ts'
import { ends, figuresOf, INGEST, newHome, PNL, verified, withProvider, type Env } from './world.ts'

/** No command may take longer, whatever befalls it. */
export const BOUND_MS = 180_000
/** The last part of what is sent says goodbye: a fault there is none. */
export const LATEST = 0.85

export type Trial = { readonly fault: Fault; readonly server: ServerName; readonly command: Command }
export type Tried = {
  readonly end: ProgramEnd
  readonly struck: boolean
  /** Settings of the commands after it, where they are others than before. */
  readonly healed?: Env
}

/** One fault in one command, and the life after it, which must be that of a store that met no fault. */
export async function tryOut(scene: Scene, { fault, server, command }: Trial, random: Random): Promise<void> {
  const stand = await newStand({ kind: scene.kind, toxiproxy: scene.toxiproxy, from: scene.before[command] })
  try {
    await tryOn(
      stand,
      scene,
      { name: fault.name, server, command, codes: fault.codes },
      random,
      (env, cwd) => {
        const target = server === 'mongodb' ? stand.mongodb : (stand.influxdb as Guarded)
        const bytes = fault.fromStart ? 0 : random() * LATEST * scene.sent[command][server]
        return struckBy(fault, target, 1 + bytes, () =>
          program(command === 'ingest' ? INGEST : PNL, {
            cwd,
            env: fault.hurried ? hurried(env) : env,
            kill: { afterMs: BOUND_MS },
          }),
        )
      },
    )
  } finally {
    await stand.remove()
  }
}

type Told = {
  readonly name: string
  readonly server: string
  readonly command: Command | 'worker'
  readonly codes: readonly number[]
}

/** The frame of a try: a home, a provider, what is expected of the run and of the store afterwards, and the row of the table. */
export async function tryOn(
  stand: Stand,
  scene: Scene,
  { name, server, command, codes }: Told,
  random: Random,
  run: (env: Env, cwd: string) => Promise<Tried>,
): Promise<void> {
  const { seed, reference } = scene
  const { cwd, remove } = newHome(seed)
  try {
    await withProvider(seed, random, async (gecko) => {
      const env = { ...gecko.env, ...stand.env }
      const { end, struck, healed } = await run(env, cwd)
      const row = {
        fault: name,
        server: told(server, scene.kind),
        command,
        code: end.code,
        seconds: end.ms / 1000,
        struck,
      }
      try {
        expectClear(end, codes)
        const place = { cwd, env: { ...env, ...healed } }
        await expectStored(stand, scene, command, end)
        if (end.code !== 0) await waitOutLease(stand.options)
        await ends(INGEST, place)
        expect(figuresOf(await ends(PNL, place)), 'pnl after the next run').toBe(reference.figures)
        expect(await verified(place), 'hash after the next run').toBe(reference.hash)
      } catch (error) {
        record({ ...row, hashEqual: false })
        console.log(`${name}, ${server}: ${command} had ended with ${end.code}\n${end.stderr}`)
        throw error
      }
      record({ ...row, hashEqual: true })
    })
  } finally {
    remove()
  }
}

const told = (server: string, kind: string): string =>
  server === 'mongodb' && kind !== 'mongodb' ? 'mongodb beside influxdb' : server

/** Runs a program, lets a fault strike once so much has been sent, and ends the fault with the run at the latest. */
export async function struckBy(
  fault: Fault,
  target: Guarded,
  afterBytes: number,
  run: () => Promise<ProgramEnd>,
): Promise<Tried> {
  const over = new AbortController()
  let struck = false
  const strike = async () => {
    await target.meter.whenSent(afterBytes)
    if (over.signal.aborted) return
    struck = true
    await fault.strike(target)
    if (fault.lastsMs === undefined) return
    await sleep(fault.lastsMs, over.signal)
    await heal(target)
  }
  const striking = strike()
  const end = await run()
  over.abort()
  if (struck) await striking
  await heal(target)
  if (fault.mostMb !== undefined) expect(end.peakMb ?? 0, 'memory').toBeLessThan(fault.mostMb)
  return { end, struck }
}

const hurried = (env: Env): Env => ({ ...env, MONGODB_URI: `${env['MONGODB_URI'] ?? ''}?timeoutMS=4000` })

/** An end in bounded time, with a code that says what happened, and one document on stdout that says it too. */
export function expectClear({ code, killed, stdout, stderr }: ProgramEnd, codes: readonly number[]): void {
  expect(killed, `still running after ${BOUND_MS / 1000} s\n${stderr}`).toBe(false)
  expect(codes, `${stdout.slice(0, 2_000)}\n${stderr}`).toContain(code)
  const document = JSON.parse(stdout) as { error?: { code: string; message: string; fix: string } }
  if (code === 0) return
  expect(document.error?.code).toMatch(/^[A-Z_]+$/)
  expect(document.error?.fix).not.toBe('')
}

/** What a run that ended well says it stored is stored before anybody runs again. */
async function expectStored(
  stand: Stand,
  { reference }: Scene,
  command: Told['command'],
  end: ProgramEnd,
): Promise<void> {
  if (end.code !== 0 || command === 'worker') return
  const hash = await lookInto(stand, (store) => store.canonicalHash())
  expect(hash, 'hash right after a run that ended well').toBe(
    command === 'ingest' ? reference.ingested : reference.hash,
  )
  if (command === 'pnl') expect(figuresOf(end)).toBe(reference.figures)
}

/** A run that could not reach its store any more could not give its lease back: a minute is waited, or said to have passed. */
async function waitOutLease(options: StoreOptions): Promise<void> {
  const { openStore } = await import('#storage/open.ts')
  const store = await openStore(options)
  try {
    await leaseRunsOut(store)
  } catch (error) {
    if (!(error instanceof TidemarkError)) throw error
    throw new Error(`the lease: ${error.message}`, { cause: error })
  } finally {
    await store.close()
  }
}
