import { formatTime } from '#core/hour.ts'
import { importText } from '#pipeline/jobs/import-text.ts'
import { flowDocument } from '../../flow-json.ts'
import type { ApiIo, Handler } from '../types.ts'
import { portfolioOf } from './portfolio-of.ts'

type Query = {
  readonly portfolio?: string | undefined
  readonly format?: string | undefined
  readonly name?: string | undefined
}

export const previewImport: Handler<'previewImport'> = ({ owner, query, body }, io) =>
  imported(owner, query, body, { replace: false, preview: true }, io)

export const importFlows: Handler<'importFlows'> = ({ owner, query, body }, io) =>
  imported(owner, query, body, { replace: query.replace === 'true', preview: false }, io)

async function imported(
  owner: string,
  { portfolio: name, format, name: file }: Query,
  text: string,
  how: { readonly replace: boolean; readonly preview: boolean },
  io: ApiIo,
) {
  const portfolio = await portfolioOf(owner, name, io)
  const request = { owner, portfolio, text, format: format ?? null, name: fileName(file), ...how }
  const { result, faults, rows, ...found } = await importText(request, io)
  return {
    schemaVersion: 1 as const,
    asOf: formatTime(io.now()),
    format: found.format,
    added: result?.added ?? null,
    unchanged: result?.unchanged ?? null,
    gone: result === null ? null : how.replace ? result.retired : result.goneCount,
    faults,
    rows: rows.map(flowDocument),
  }
}

/** A name alone: what is uploaded has no place on this machine. */
function fileName(given: string | undefined): string {
  const last = (given ?? '').split(/[\\/]/).at(-1) ?? ''
  return last === '' ? 'upload' : last.slice(0, 100)
}
