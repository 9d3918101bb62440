import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  environmentOf,
  playerOf,
  SERVICES,
  startService,
  type Addresses,
  type Service,
} from '../addresses.ts'
import { buildServers } from '../build/build.ts'
import { withLock } from '../build/lock.ts'
import { cacheFolder, findBinary, SERVER_NAMES, whyAbsent } from '../places.ts'
import { until } from '../until.ts'
import { identityOf } from './process-identity.ts'
import { readState, runs, writeState, type Entry } from './state.ts'

/** `out` takes results, `say` what happens on the way. */
export type Speech = { readonly out: (line: string) => void; readonly say: (line: string) => void }

/** Builds what is not there. Gives an exit code, as all of these do. */
export async function build({ say }: Speech): Promise<number> {
  for (const failed of await buildServers(say)) say(failed)
  const absent = SERVER_NAMES.filter((name) => findBinary(name) === null)
  for (const name of absent) say(whyAbsent(name))
  return absent.length === 0 ? 0 : 1
}

/** Starts every server that does not run, and prints the environment to use. */
export async function up(speech: Speech): Promise<number> {
  const built = await build(speech)
  return locked(async () => {
    const running = readState().filter(runs)
    for (const entry of readState().filter((entry) => !runs(entry))) await end(entry)
    writeState(running)
    if (running.length > 0) speech.say(`running already: ${running.map(({ name }) => name).join(', ')}`)
    const wanted = SERVICES.filter((service) => !running.some((entry) => entry.service === service))
    const there = wanted.filter((service) => findBinary(playerOf(service)) !== null)
    const outcomes = await Promise.allSettled(there.map(start))
    const started = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    writeState([...running, ...started])
    for (const { name, version, url, pid } of started) speech.say(`${name} ${version} at ${url}, pid ${pid}`)
    const failures = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [String(outcome.reason)] : [],
    )
    for (const failure of failures) speech.say(failure)
    printEnvironment([...running, ...started], speech)
    return failures.length === 0 ? built : 1
  })
}

/** Ends what `up` started, and deletes its data. */
export async function down({ say }: Speech): Promise<number> {
  return locked(async () => {
    const entries = readState()
    if (entries.length === 0) say('nothing runs that "up" started')
    for (const entry of entries) {
      say(runs(entry) ? `${entry.name} stopped` : `${entry.name} had ended already`)
      await end(entry)
    }
    writeState([])
    return 0
  })
}

export async function status({ out }: Speech): Promise<number> {
  const entries = readState()
  out(`cache: ${cacheFolder()}`)
  for (const name of SERVER_NAMES) {
    const binary = findBinary(name)
    const entry = entries.find((one) => one.name === name)
    const where =
      entry === undefined ? 'stopped' : runs(entry) ? `runs at ${entry.url}, pid ${entry.pid}` : 'died'
    out(binary === null ? whyAbsent(name) : `${name} ${binary.version}: ${where} (${binary.path})`)
  }
  return 0
}

async function start(service: Service): Promise<Entry> {
  const { server, addresses } = await startService(service, { outlive: true })
  const { name, version, url, port, pid, home } = server
  const identity = pid === null ? null : identityOf(pid)
  if (pid === null || identity === null) throw new Error(`${name} ended as soon as it had started`)
  return { service, name, version, url, port, pid, identity, home, addresses }
}

async function end(entry: Entry): Promise<void> {
  const gone = () => !runs(entry)
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (gone()) break
    process.kill(entry.pid, signal)
    await until(gone, { timeoutMs: 10_000 })
  }
  rmSync(entry.home, { recursive: true, force: true })
}

function printEnvironment(entries: readonly Entry[], { out, say }: Speech): void {
  const addresses = Object.assign({}, ...entries.map((entry) => entry.addresses)) as Partial<Addresses>
  for (const [name, value] of Object.entries(environmentOf(addresses))) out(`export ${name}='${value}'`)
  say('to use them: eval "$(npm run -s servers -- up)"; to end them: npm run servers -- down')
}

/** Two that start or end servers at once would lose each other's; so would one that is broken off half way. */
async function locked<T>(work: () => Promise<T>): Promise<T> {
  mkdirSync(cacheFolder(), { recursive: true })
  const goOn = () => undefined
  process.on('SIGINT', goOn).on('SIGTERM', goOn)
  try {
    return await withLock(join(cacheFolder(), 'running.lock'), goOn, work)
  } finally {
    process.off('SIGINT', goOn).off('SIGTERM', goOn)
  }
}
