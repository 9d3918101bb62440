import { randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Config } from '#config/config.ts'
import { TidemarkError } from '#core/errors.ts'
import { formatTime } from '#core/hour.ts'
import type { Emit, JobEvent } from '#pipeline/events.ts'
import type { JobIo } from '#pipeline/jobs/io.ts'
import type { Store } from '#pipeline/ports.ts'
import type { Cli } from '../cli/context.ts'
import { showProgress } from '../cli/progress.ts'
import { flowsReader } from './files.ts'
import { refuseInvented } from './invented.ts'
import { openLog, type LogFile } from './log.ts'
import { providers } from './providers.ts'
import { markSettings } from './settings.ts'
import { openShared } from './shared.ts'
import { openForJob, openForReading, storeLabel } from './store.ts'

/** A job at work: its store and providers, where its events go, and how it is ended. */
export type Job = {
  readonly store: Store
  readonly io: JobIo
  readonly emit: Emit
  /** To be filled with the user's own wallets: what moves between them is a transfer. */
  readonly own: Set<string>
  readonly logPath: string | null
  /** Ends the progress display, so that what is said after it stands below it. */
  readonly settle: () => void
  readonly close: () => Promise<void>
}

/** Who holds a lease, as others read it. */
export function jobName(): string {
  return `${hostname()}:${process.pid}:${formatTime(Date.now())}`
}

/** What every job needs beside providers: the store, a clock, and names for itself and its runs. */
export function jobBase(store: Store): Pick<JobIo, 'store' | 'now' | 'holder' | 'newId'> {
  return {
    store,
    now: Date.now,
    holder: jobName(),
    newId: () => `${formatTime(Date.now()).replace(/[-:]/g, '')}-${randomBytes(3).toString('hex')}`,
  }
}

type JobOptions = { readonly dryRun: boolean; readonly demo?: boolean; readonly create?: boolean }

/**
 * Opens everything that a job which calls providers works with, and shows how far it is. A dry run gets the store
 * read-only, or an empty scratch store where there is none yet, and writes no log.
 */
export async function beginJob(cli: Cli, config: Config, options: JobOptions): Promise<Job> {
  cli.stop.drain()
  let settle = (): void => undefined
  const job = await openJob(config, options, async () => {
    const progress = await showProgress(cli, { plan: !options.dryRun })
    settle = progress.close
    return progress.emit
  })
  const close = () => {
    settle()
    return job.close()
  }
  return { ...job, settle, close }
}

/**
 * The same for whoever shows nothing on a terminal.
 * @param show called once the store is open: takes the job's events from then on
 */
export async function openJob(
  config: Config,
  options: JobOptions,
  show: () => Emit | Promise<Emit>,
): Promise<Omit<Job, 'settle'>> {
  if (!options.demo) refuseInvented(config.dataDir)
  // Each request in flight listens to the signal; ten of them are no leak.
  setMaxListeners(1_000)
  const { store, discard } = options.dryRun
    ? await storeToRead(config)
    : await storeToWrite(config, options.create ?? true)
  const log = options.dryRun ? null : await openLog(config.dataDir, config.logLevel, Date.now())
  const shown = await show()
  const emit: Emit = (event) => {
    shown(event)
    if (log !== null) logEvent(log, event)
  }
  const own = new Set<string>()
  const shared = await openShared(config, emit)
  const { close: disconnect, ...clients } = await providers(config, {
    ...{ store, emit, own, shared, persist: !options.dryRun },
  })
  const io: JobIo = { ...jobBase(store), ...clients, readFlows: flowsReader, marks: markSettings(config) }
  const close = async () => {
    disconnect()
    await shared?.close()
    log?.close()
    await store.close()
    discard()
  }
  return { store, io, emit, own, logPath: log?.path ?? null, close }
}

type Opened = { readonly store: Store; readonly discard: () => void }

async function storeToWrite(config: Config, create: boolean): Promise<Opened> {
  return { store: await openForJob(config, create), discard: () => undefined }
}

async function storeToRead(config: Config): Promise<Opened> {
  try {
    return { store: await openForReading(config), discard: () => undefined }
  } catch (error) {
    if (!(error instanceof TidemarkError && error.code === 'NOT_INITIALISED')) throw error
    const scratch = mkdtempSync(join(tmpdir(), 'tidemark-plan-'))
    const store = await openForJob({ ...config, storage: 'embedded', dataDir: scratch }, true)
    return { store, discard: () => rmSync(scratch, { recursive: true, force: true }) }
  }
}

function logEvent({ log }: LogFile, event: JobEvent): void {
  if (event.type === 'progress') log.debug(event)
  else if (event.type === 'notice' && event.level === 'warn') log.warn(event)
  else log.info(event)
}

/** What a job works with, said before its first request. */
export function startLines(config: Config, portfolio: string, logPath: string | null): string[] {
  return [
    `Store   ${storeLabel(config)} (${config.storage})`,
    `For     ${portfolio}`,
    `Prices  coingecko ${config.coingecko.plan}, ${config.coingecko.rate} calls a minute, ${hostOf(config.coingecko.baseUrl)}`,
    ...(config.allium.apiKey === null
      ? []
      : [`Wallets allium, ${config.allium.rate} calls a minute, ${hostOf(config.allium.baseUrl)}`]),
    ...(logPath === null ? [] : [`Log     ${logPath}`]),
  ]
}

const hostOf = (url: string): string => new URL(url).host
