import { resolve } from 'node:path'
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

/** Reads a flows file, or stdin. */
export const flowsReader: JobIo['readFlows'] = (file, options) => readFlows(inputOf(file), options)
