import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import type { Config } from '#config/config.ts'
import { TidemarkError } from '#core/errors.ts'
import { openAuth } from '#delivery/api/auth/open.ts'
import { tellChanges } from '#delivery/api/live/tell-changes.ts'
import { isLoopback } from '#delivery/api/auth/hosts.ts'
import { KeptAnswers } from '#delivery/api/kept-answers.ts'
import { buildServer } from '#delivery/api/server.ts'
import type { Newsroom } from '#delivery/api/live/news.ts'
import type { Store } from '#pipeline/ports.ts'
import type { Cli } from '../cli/context.ts'
import type { Outcome } from '../cli/output.ts'
import { usage } from '../cli/values.ts'
import { appVersion } from '../cli/version.ts'
import type { ServeOptions } from '../commands/serve.ts'
import { readConfig, readText } from '../wiring/config.ts'
import { isInvented } from '../wiring/invented.ts'
import { openErrorLog, openLog } from '../wiring/log.ts'
import { openForQuery, storeLabel } from '../wiring/store.ts'
import { live, openNews } from './live.ts'
import { demoServer } from './demo-server.ts'
import { serverLog } from './log.ts'
import { openBrowser } from './open-browser.ts'
import { startRunOf } from './own-routes.ts'
import { pipeline, type Pipeline } from './pipeline.ts'
import { recordsBeside, threads, type Threads } from './runner.ts'

/** How long requests under way may take to end after a signal: all of it is to be over in ten seconds. */
const DRAIN_MS = 6_000

/** Serves the store that the settings name. */
export async function serve(cli: Cli, options: ServeOptions): Promise<Outcome> {
  const config = readConfig(cli, options.cron === undefined ? {} : { SCHEDULE_CRON: options.cron })
  return serveStore(cli, config, options, false)
}

/**
 * Listens until it is told to stop, then lets what is under way end.
 * @param demo the store is the demo's, and so are the providers of `config`
 */
export async function serveStore(
  cli: Cli,
  config: Config,
  options: ServeOptions,
  demo: boolean,
): Promise<Outcome> {
  const tls = tlsOf(options)
  cli.stop.drain()
  const { store, writable } = await openForQuery(config, true)
  const { dataDir, logLevel } = config
  const log = serverLog(await (writable ? openLog(dataDir, logLevel, Date.now()) : openErrorLog(logLevel)))
  const clock = new BigInt64Array(new SharedArrayBuffer(8))
  const runner = threads(beside('answer.cjs'), { config, nextRun: clock.buffer }, options.threads)
  const news = await openNews(config)
  const runs = pipeline({
    ...{ file: beside('job.cjs'), config, demo, news },
    onNext: (time) => void Atomics.store(clock, 0, BigInt(time)),
    onTrouble: (message) => cli.out.warn(`! ${message}`),
  })
  try {
    const note = (text: string) => cli.out.note(text)
    if (!writable) cli.out.warn('! The store can only be read: nothing is changed, and nobody signs in anew.')
    const app = await server(config, options, { store, runner, runs, news, log, tls, demo, note })
    if (options.schedule) runs.schedule()
    await ended(cli.stop.signal)
    await Promise.all([closed(app), runs.stop()])
  } finally {
    await runs.stop()
    await runner.close()
    news.close()
    log.close()
    await store.close()
  }
  return { exitCode: 0, text: null, document: () => ({ stopped: true }) }
}

/** The program is one pack; threads begin with files that lie beside it. */
const beside = (name: string): string => fileURLToPath(new URL(`./${name}`, import.meta.url))

type Parts = {
  readonly store: Store
  readonly runner: Threads
  readonly runs: Pipeline
  readonly news: Newsroom
  readonly log: ReturnType<typeof serverLog>
  readonly tls: { readonly cert: string; readonly key: string } | null
  readonly demo: boolean
  readonly note: (text: string) => void
}

async function server(config: Config, options: ServeOptions, parts: Parts): Promise<FastifyInstance> {
  const { store, runner, runs, news, log, tls, demo, note } = parts
  const proxies = options.behindProxy ?? []
  const records = recordsBeside(store, runner)
  const { auth, own, isOurs, firstLink, close } = await openAuth({
    store: { ...records, portfolios: (owner) => store.portfolios(owner) },
    secret: config.authSecret,
    dataDir: config.dataDir,
    bind: { host: options.host, tls: tls !== null, proxies },
    publicUrl: options.publicUrl ?? null,
    demo,
    onEvent: log.door,
  })
  const updates = await live(config, { store, runner, auth, news })
  const local = isLoopback(options.host) && proxies.length === 0
  const demos = demoServer({ dataDir: config.dataDir, local: local && !demo })
  const app = await buildServer({
    auth,
    runner,
    live: updates,
    own: {
      ...own,
      ...updates.own,
      live: async () => ({ status: 'ok' }),
      ready: async () => ({ status: await stateOf(store) }),
      startRun: startRunOf(config, store, { runs, demo }),
      openDemo: demos.openDemo,
    },
    changeMark: () => store.changeMark(),
    onChange: tellChanges(news, store),
    kept: new KeptAnswers(records, Date.now),
    isOurs,
    proxies,
    tls,
    local,
    version: appVersion(),
    pages: beside('../web'),
    onProblem: log.problem,
  })
  app.addHook('onClose', async () => {
    updates.close()
    close()
    await demos.close()
  })
  const address = await listen(app, options)
  note(`Store    ${storeLabel(config)} (${config.storage})`)
  if (isInvented(config.dataDir)) note('! Everything in it was invented by "tidemark demo".')
  const link = `${options.publicUrl ?? address}${firstLink === null ? '' : `/${firstLink}`}`
  note(`Open     ${link}`)
  if (firstLink !== null) note(`         ${demo ? ENTERS : MAKES_ACCOUNT}`)
  note(`Log      ${log.path}`)
  if (options.open) openBrowser(link, note)
  if (demo) endWithParent(link)
  return app
}

/** A demo that a server opened tells it the link, and ends when that server has ended in whatever way. */
function endWithParent(link: string): void {
  if (!process.connected) return
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
  process.send?.({ link })
}

const MAKES_ACCOUNT = 'This link makes the first account; it is good once, for a quarter of an hour.'
const ENTERS = 'This link signs in to the demo; it is good once, for a quarter of an hour.'

async function listen(app: FastifyInstance, { host, port }: ServeOptions): Promise<string> {
  try {
    const address = await app.listen({ host, port })
    return isLoopback(host) ? address.replace('[::1]', 'localhost') : address
  } catch (error) {
    await app.close()
    const { code } = error as NodeJS.ErrnoException
    const why = LISTEN_FAULTS[code ?? ''] ?? `it cannot listen there (${code ?? 'unknown'})`
    throw usage(
      `${host}:${port}: ${why}.`,
      'Give another --port or --host; --port 0 takes any port that is free.',
    )
  }
}

const LISTEN_FAULTS: Record<string, string> = {
  EADDRINUSE: 'another program listens there',
  EACCES: 'your user may not listen on that port',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'this name is not known',
}

async function stateOf(store: Store): Promise<'ok' | 'unavailable'> {
  try {
    await store.schemaVersion()
    return 'ok'
  } catch {
    return 'unavailable'
  }
}

function tlsOf({ tlsCert, tlsKey }: ServeOptions): Parts['tls'] {
  if (tlsCert === undefined && tlsKey === undefined) return null
  if (tlsCert === undefined || tlsKey === undefined)
    throw usage('--tls-cert and --tls-key go together.', 'Give both, or neither.')
  const read = (file: string): string => {
    const text = readText(file)
    if (text !== null) return text
    throw new TidemarkError('CONFIG_INVALID', {
      message: `There is no file ${file}.`,
      fix: 'Check --tls-cert and --tls-key.',
    })
  }
  return { cert: read(tlsCert), key: read(tlsKey) }
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) return done()
    signal.addEventListener('abort', () => done(), { once: true })
  })
}

/** Nothing new is taken; what is under way has some seconds. */
async function closed(app: FastifyInstance): Promise<void> {
  const late = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS)
  await app.close()
  clearTimeout(late)
}
