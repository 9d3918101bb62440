import { accessSync, constants, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { TidemarkError } from '#core/errors.ts'
import type { JobIo } from '#pipeline/jobs/io.ts'
import type { CsvInput } from '#ingestion/csv/rows.ts'
import { readFlows } from '#ingestion/flows-csv/read.ts'

/** `-` stands for stdin. */
export const STDIN = '-'

/** How a file that was named is known to the store: by its absolute path, so that it is the same from any folder. */
export function fileName(file: string): string {
  return file === STDIN ? STDIN : resolve(file)
}

/** What a reader reads for a file that was named. */
export function inputOf(file: string): CsvInput {
  return file === STDIN ? process.stdin : file
}

/**
 * Refuses a file named on the command line that cannot be read, before anything is opened or made.
 * @throws TidemarkError INPUT_INVALID
 */
export function refuseUnreadable(file: string): void {
  const why = file === STDIN ? null : whyUnreadable(file)
  if (why === null) return
  throw new TidemarkError('INPUT_INVALID', {
    message: `${resolve(file)} cannot be read: ${why}.`,
    fix: 'Check the path and the rights of the file, then run the command again.',
  })
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is no folder',
  EACCES: 'you have no right to it',
  EPERM: 'you have no right to it',
}

function whyUnreadable(file: string): string | null {
  try {
    accessSync(file, constants.R_OK)
    return statSync(file).isDirectory() ? 'it is a folder' : null
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    return REASONS[code] ?? code
  }
}

/** Reads a flows file, or stdin. */
export const flowsReader: JobIo['readFlows'] = (file, options) => readFlows(inputOf(file), options)

/** A reader of a file that the command line names: its faults are in what was given, not in the configuration. */
export const usageFaults = (reader: JobIo['readFlows']): JobIo['readFlows'] =>
  async function* (file, options) {
    try {
      yield* reader(file, options)
    } catch (error) {
      if (!(error instanceof TidemarkError) || error.code !== 'FLOWS_INVALID') throw error
      const { message, fix, faults } = error
      throw new TidemarkError('INPUT_INVALID', { message, fix, faults, cause: error })
    }
  }

/** The same for a flows file of our own. */
export const namedFlowsReader = usageFaults(flowsReader)
