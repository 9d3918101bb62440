import type { RunningServer } from '#tests/servers/running.ts'
import type { Toxic } from '#tests/servers/toxiproxy-client.ts'
import type { Guarded } from './guarded.ts'

export type Fault = {
  /** With its number in the table of faults to survive, where it has one. */
  readonly name: string
  readonly codes: readonly number[]
  readonly strike: (target: Guarded) => Promise<void>
  /** From the first byte on, and not at a random moment. */
  readonly fromStart?: true
  /** How long it lasts; till the end of the run when left out. */
  readonly lastsMs?: number
  /** The driver's own limit of a call, where its thirty seconds would make a test long. */
  readonly hurried?: true
  /** Another fault shows nearly the same: tried in the long form only. */
  readonly longOnly?: true
  /** Most memory of the program meanwhile, in MiB. */
  readonly mostMb?: number
}

/** The short form, which runs with all other tests, leaves out what needs minutes. */
export const LONG = process.env['LONG'] !== undefined
const STANDSTILL_MS = LONG ? 60_000 : 4_000
const THROTTLED_MS = LONG ? 60_000 : 5_000

/** It goes on, or it ends with "store unavailable": then the next run does the rest. */
const WITHSTOOD_OR_UNAVAILABLE = [0, 6]
const UNAVAILABLE = [6]

const both = (toxic: Toxic): Toxic[] => [
  { ...toxic, stream: 'upstream' },
  { ...toxic, stream: 'downstream' },
]
const spoil =
  (...toxics: Toxic[]) =>
  async ({ proxy }: Guarded): Promise<void> => {
    for (const toxic of toxics) await proxy.add(toxic)
  }

export const FAULTS: readonly Fault[] = [
  {
    name: 'latency of 60 ± 30 ms',
    codes: [0],
    fromStart: true,
    longOnly: true,
    strike: spoil({ type: 'latency', latency: 60, jitter: 30 }),
  },
  {
    name: 'F27: a second for every answer',
    codes: [0],
    strike: spoil({ type: 'latency', latency: 1_000 }),
    lastsMs: LONG ? 300_000 : 15_000,
    mostMb: 400,
  },
  {
    name: 'swallows everything for a time',
    codes: WITHSTOOD_OR_UNAVAILABLE,
    strike: spoil(...both({ type: 'timeout', timeout: 0 })),
    lastsMs: 3_000,
    hurried: true,
  },
  {
    name: 'swallows everything till the end',
    codes: UNAVAILABLE,
    strike: spoil(...both({ type: 'timeout', timeout: 0 })),
    hurried: true,
  },
  {
    name: 'connections reset in the middle of a write',
    codes: WITHSTOOD_OR_UNAVAILABLE,
    strike: spoil({ type: 'reset_peer', timeout: 0, stream: 'upstream' }),
    lastsMs: 400,
  },
  {
    name: 'answers cut off, connections closed slowly',
    codes: WITHSTOOD_OR_UNAVAILABLE,
    strike: spoil({ type: 'limit_data', bytes: 100 }, { type: 'slow_close', delay: 1_000 }),
    lastsMs: 1_500,
  },
  {
    name: '4 KB a second',
    codes: WITHSTOOD_OR_UNAVAILABLE,
    strike: spoil(...both({ type: 'bandwidth', rate: 4 })),
    lastsMs: THROTTLED_MS,
  },
  {
    name: 'F26: stands still (half-open), then goes on',
    codes: WITHSTOOD_OR_UNAVAILABLE,
    strike: async ({ server }) => server.pause(),
    lastsMs: STANDSTILL_MS,
  },
  {
    name: 'F26: killed by -9 in a write, started again at once',
    codes: WITHSTOOD_OR_UNAVAILABLE,
    strike: killed,
    lastsMs: 0,
  },
  {
    name: 'F26: restarted in good order',
    codes: WITHSTOOD_OR_UNAVAILABLE,
    longOnly: true,
    strike: async ({ server }) => server.restart(),
    lastsMs: 0,
  },
  {
    name: 'F26: killed by -9 in a write, away till the end',
    codes: UNAVAILABLE,
    strike: killed,
  },
]

async function killed({ server }: { server: RunningServer }): Promise<void> {
  await server.kill()
}

/** The end of every fault of a network or a process. */
export async function heal({ server, proxy }: Guarded): Promise<void> {
  server.resume()
  if (server.pid === null) await server.restart()
  await proxy.clear()
}
