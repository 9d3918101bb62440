import { formatTime } from '#core/hour.ts'
import { monthOf } from '#core/month.ts'
import type { IngestSummary } from '#pipeline/jobs/ingest/summary.ts'
import type { Run } from '#pipeline/ports.ts'
import type { ApiIo, Handler } from '../types.ts'

/** Runs looked back at for what providers answered last. */
const LOOK_BACK = 50

export const providers: Handler<'providers'> = async (_ask, { store, now, ...io }: ApiIo) => {
  const ended = (await store.runs({ limit: LOOK_BACK, offset: 0 })).flatMap(readOf)
  const month = monthOf(now())
  const rows = (io.providers ?? []).map(async (configured) => {
    const { provider } = configured
    const success = ended.find(({ reports }) => reports.some((each) => answered(each, provider)))
    const fault = ended
      .map(({ at, failures }) => ({ at, failure: failures.find((each) => each.provider === provider) }))
      .find(({ failure }) => failure !== undefined)
    return {
      ...configured,
      usedThisMonth: await store.calls(provider, month),
      lastSuccess: success === undefined ? null : formatTime(success.at),
      lastFault:
        fault?.failure === undefined ? null : { at: formatTime(fault.at), message: fault.failure.message },
    }
  })
  return { schemaVersion: 1, asOf: formatTime(now()), providers: await Promise.all(rows) }
}

type Report = { readonly provider: string; readonly calls: number; readonly failed: number }
type Read = Pick<IngestSummary, 'failures'> & { readonly at: number; readonly reports: readonly Report[] }

/** What a run that asked providers says of them; other runs say nothing. */
function readOf({ finished, summary }: Run): Read[] {
  if (finished === null) return []
  const { providers: reports, failures } = JSON.parse(summary) as Partial<IngestSummary>
  return reports === undefined ? [] : [{ at: finished, reports, failures: failures ?? [] }]
}

const answered = ({ provider, calls, failed }: Report, wanted: string): boolean =>
  provider === wanted && calls > failed
