import { statSync } from 'node:fs'
import { FORMATS } from '#ingestion/imports/formats/list.ts'
import { readAssetMap, readMapping } from '#ingestion/imports/mapping.ts'
import { openImport, type OpenedImport } from '#ingestion/imports/read.ts'
import type { JobEvent } from '#pipeline/events.ts'
import { knownAssets } from '#pipeline/jobs/import-assets.ts'
import type { Store } from '#pipeline/ports.ts'
import { usage } from '../../cli/values.ts'
import { readText } from '../../wiring/config.ts'
import { inputOf, refuseUnreadable, STDIN } from '../../wiring/files.ts'

export type FileOptions = {
  format?: string
  mapping?: string
  assets?: string
  wallet?: string
  timeZone?: string
  skipBad?: true
}

/** Names that `--format` takes. */
export const FORMAT_NAMES = ['auto', 'flows', ...FORMATS.map(({ name }) => name)]

/**
 * Recognises a file that the command line names, with the mapping and the asset ids that it names beside.
 * @throws TidemarkError INPUT_INVALID, USAGE
 */
export async function openFile(
  file: string,
  options: FileOptions,
  more: { store: Store; base: string; emit: (event: JobEvent) => void },
): Promise<OpenedImport> {
  const format = options.format ?? 'auto'
  if (options.mapping !== undefined && format !== 'auto') {
    throw usage('--mapping and --format name two formats.', 'Give one of them.')
  }
  const total = file === STDIN ? null : kilobytes(statSync(file).size)
  let shown = -1
  const onBytes = (bytes: number) => {
    const done = kilobytes(bytes)
    if (shown < 0) more.emit({ type: 'stage', stage: 'import', total: null })
    if (done - Math.max(shown, 0) < STEP_KB && shown >= 0) return
    shown = done
    if (total !== null) more.emit({ type: 'progress', stage: 'import', done, total, failed: 0, item: 'KB' })
  }
  return openImport(inputOf(file), {
    format,
    mapping: options.mapping === undefined ? null : readMapping(textOf(options.mapping), options.mapping),
    assets: options.assets === undefined ? {} : readAssetMap(textOf(options.assets), options.assets),
    known: await knownAssets(more.store),
    wallet: options.wallet ?? null,
    zone: options.timeZone ?? null,
    skipBad: options.skipBad ?? false,
    base: more.base,
    onBytes,
  })
}

const STEP_KB = 256
const kilobytes = (bytes: number): number => Math.ceil(bytes / 1024)

function textOf(file: string): string {
  refuseUnreadable(file)
  return readText(file) ?? ''
}
