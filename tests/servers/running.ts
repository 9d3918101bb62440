import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inMemory } from '../support/in-memory.ts'
import { end, spawnServer, type Child } from './leash.ts'
import { needBinary, type ServerName } from './places.ts'
import { freePort } from './probe.ts'
import { sleep, until } from './until.ts'

export type ServerOptions = {
  /** Data folder, which stays when the server is removed; one of its own, in memory where there is room, when left out. */
  readonly folder?: string
  /** A free one when left out. */
  readonly port?: number
  /** Further arguments of the server's program. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Whether it outlives the process that starts it; `remove` is then the only end of it. */
  readonly outlive?: boolean
}

/** A server on 127.0.0.1 that answered its protocol when it was handed out. */
export type RunningServer = {
  readonly name: ServerName
  readonly version: string
  readonly url: string
  readonly host: '127.0.0.1'
  /** The same over all restarts. */
  readonly port: number
  /** Of the present process; null while none runs. */
  readonly pid: number | null
  readonly folder: string
  /** Holds its log and, unless a folder was given, its data; made for it and deleted with it. */
  readonly home: string
  /** SIGTERM, and waits for the end; SIGKILL after 10 s. Data stay. */
  stop(): Promise<void>
  /** SIGKILL, as a crash of the server, and waits for the end. Data stay as they are. */
  kill(): Promise<void>
  /** Starts it on the same port and data, after a stop if it still runs, and waits until it answers. */
  restart(): Promise<void>
  /** SIGSTOP: connections stay open, nothing is answered. */
  pause(): void
  resume(): void
  /** The end, with its data, unless their folder was given. */
  remove(): Promise<void>
  /** The last lines that it printed. */
  log(lines?: number): string
}

/** What is particular about one kind of server. */
export type ServerKind = {
  readonly name: ServerName
  readonly argv: (at: Place) => readonly string[]
  readonly url: (port: number) => string
  /** Whether it answers its own protocol. */
  readonly answers: (port: number) => Promise<boolean>
}
export type Place = { readonly port: number; readonly folder: string }

const READY_MS = 30_000
const GRACE_MS = 10_000
/** How long a port that somebody else holds for a moment is waited for. */
const PORT_MS = 10_000

/**
 * Starts a server and waits until it answers.
 * @throws Error when its program is absent (with how to get it), or it does not answer in 30 s (with its last lines)
 */
export async function startServer(kind: ServerKind, options: ServerOptions): Promise<RunningServer> {
  const { path, version } = needBinary(kind.name)
  const home = mkdtempSync(join(homeOf(options), `tidemark-server-${kind.name}-`))
  const folder = options.folder ?? join(home, 'data')
  mkdirSync(folder, { recursive: true })
  const log = join(home, 'server.log')
  const forget = options.outlive === true ? () => undefined : removedAtExit(home)

  const run = (port: number): Promise<Child> => {
    const command = [path, ...kind.argv({ port, folder }), ...(options.args ?? [])] as const
    const leash = options.outlive === true ? null : { remove: home }
    const child = spawnServer({
      command: [...command] as [string, ...string[]],
      log,
      env: options.env ?? {},
      leash,
    })
    return ready(kind, child, port, log)
  }
  const stop = async () => {
    if (child !== null) await end(child, 'SIGTERM', GRACE_MS)
  }
  const remove = async () => {
    if (child !== null) await end(child, 'SIGKILL', GRACE_MS)
    rmSync(home, { recursive: true, force: true })
    forget()
  }

  let child: Child | null = null
  let port: number
  try {
    ;({ child, port } = await firstRun(run, options.port))
  } catch (error) {
    await remove()
    throw error
  }
  return {
    name: kind.name,
    version,
    url: kind.url(port),
    host: '127.0.0.1',
    port,
    folder,
    home,
    get pid() {
      return child?.alive() === true ? child.pid : null
    },
    stop,
    async kill() {
      if (child !== null) await end(child, 'SIGKILL', GRACE_MS)
    },
    async restart() {
      await stop()
      child = await onPort(() => run(port))
    },
    pause: () => child?.signal('SIGSTOP'),
    resume: () => child?.signal('SIGCONT'),
    remove,
    log: (lines = 40) => tail(log, lines),
  }
}

/** A server that outlives its starter is used by people, with more data than fits into memory. */
function homeOf({ outlive }: ServerOptions): string {
  return outlive === true ? tmpdir() : (inMemory() ?? tmpdir())
}

class PortTaken extends Error {}

async function firstRun(
  run: (port: number) => Promise<Child>,
  given: number | undefined,
): Promise<{ child: Child; port: number }> {
  if (given !== undefined) return { child: await onPort(() => run(given)), port: given }
  for (;;) {
    const port = await freePort()
    try {
      return { child: await run(port), port }
    } catch (error) {
      // Somebody was faster than we: another port then.
      if (!(error instanceof PortTaken)) throw error
    }
  }
}

/** Runs on a port that has to be this one, which may be taken for a moment. */
async function onPort(run: () => Promise<Child>): Promise<Child> {
  const deadline = performance.now() + PORT_MS
  for (;;) {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof PortTaken) || performance.now() > deadline) throw error
      await sleep(200)
    }
  }
}

async function ready(kind: ServerKind, child: Child, port: number, log: string): Promise<Child> {
  const from = existsSync(log) ? readFileSync(log, 'utf8').length : 0
  const answered = await until(async () => !child.alive() || (await kind.answers(port)), {
    timeoutMs: READY_MS,
  })
  // Alive as well: another server may be the one that answers on this port.
  if (answered && child.alive()) return child
  const what = child.alive()
    ? `does not answer on port ${port} after ${READY_MS / 1000} s`
    : 'ended as it started'
  await end(child, 'SIGKILL', GRACE_MS)
  const said = tail(log, 20)
  const message = `${kind.name} ${what}. Its last lines:\n${said}`
  if (/address already in use/i.test(readFileSync(log, 'utf8').slice(from))) throw new PortTaken(message)
  throw new Error(message)
}

function tail(log: string, lines: number): string {
  return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n') : ''
}

const homes = new Set<string>()

/** Folders of servers that nobody removed go with the process; those of a killed process, by the leash. */
function removedAtExit(home: string): () => void {
  if (homes.size === 0)
    process.once('exit', () => {
      for (const left of homes) rmSync(left, { recursive: true, force: true })
    })
  homes.add(home)
  return () => void homes.delete(home)
}
