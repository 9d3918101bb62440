import { workerData } from 'node:worker_threads'
import { handle, handleExport } from '#delivery/api/handle.ts'
import { sendPieces } from '#delivery/api/export/send.ts'
import { delivered, type Delivered } from '#delivery/api/told.ts'
import type { ApiIo, Reply } from '#delivery/api/types.ts'
import { LotKeeper } from '#pipeline/lots/keeper.ts'
import { configuredProviders } from '../wiring/configured.ts'
import { isInvented } from '../wiring/invented.ts'
import { rememberSecrets } from '../wiring/secrets-of.ts'
import { markSettings } from '../wiring/settings.ts'
import { openForQuery } from '../wiring/store.ts'
import { placeOfFile } from './portfolios.ts'
import type { Boot, Task } from './tasks.ts'

let opening: Promise<ApiIo> | null = null

/** Does one thing in a thread of its own, with a store of its own that stays open. */
export async function work(task: Task): Promise<Delivered<Reply | boolean | null>> {
  return delivered(async () => {
    const io = await (opening ??= open(workerData as Boot))
    if (task.kind === 'answer') return handle(task.name, task.ask, io)
    if (task.kind === 'putIf') return io.store.writeRecordsIf(...task.args)
    if (task.kind === 'put') await io.store.writeRecords(...task.args)
    else await sendPieces(task.port, () => handleExport(task.ask, withoutLots(io)))
    return null
  })
}

/** A file is asked for once: nothing is kept for it. */
const withoutLots = ({ lots: _lots, ...io }: ApiIo): ApiIo => io

async function open({ config, nextRun }: Boot): Promise<ApiIo> {
  rememberSecrets(config)
  const clock = new BigInt64Array(nextRun)
  try {
    const { store, writable } = await openForQuery(config)
    const settings = markSettings(config)
    return {
      store,
      writable,
      settings,
      lots: new LotKeeper(store, settings),
      baseCurrency: config.baseCurrency,
      portfolioFile: await placeOfFile(config),
      invented: isInvented(config.dataDir),
      providers: configuredProviders(config),
      nextRun: () => Number(Atomics.load(clock, 0)) || null,
      now: Date.now,
    }
  } catch (error) {
    // The next request tries again: the store may only be made later.
    opening = null
    throw error
  }
}
