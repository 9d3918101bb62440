import { CANDLE_COLUMNS, type Chunk } from '#core/candle.ts'
import { monthLength, type Month } from '#core/month.ts'
import { recordOf } from '#core/record-of.ts'

const CELL_BYTES = 8
const COLUMN_COUNT = CANDLE_COLUMNS.length + 1

/** Bytes of the candles in a chunk's blob; what follows are the revisions at which its hours changed. */
export const candleBytes = (month: Month): number => monthLength(month) * CANDLE_COLUMNS.length * CELL_BYTES

export const chunkBytes = (month: Month): number => monthLength(month) * COLUMN_COUNT * CELL_BYTES

/** Columns in the order of `CANDLE_COLUMNS`, then `changed`, as little-endian doubles. */
export function encodeChunk(chunk: Chunk): Buffer {
  const columns = [...CANDLE_COLUMNS.map((name) => chunk.columns[name]), chunk.changed]
  return encodeDoubles(columns, monthLength(chunk.month))
}

export function decodeChunk(month: Month, data: Uint8Array): Pick<Chunk, 'columns' | 'changed'> {
  const length = monthLength(month)
  const all = decodeDoubles(data)
  const column = (index: number) => all.subarray(index * length, (index + 1) * length)
  const columns = recordOf(CANDLE_COLUMNS, (_, index) => column(index))
  return { columns, changed: column(CANDLE_COLUMNS.length) }
}

/** Doubles one column after the other, little-endian on every machine. */
export function encodeDoubles(columns: readonly Float64Array[], length: number): Buffer {
  const out = new Float64Array(columns.length * length)
  columns.forEach((column, index) => out.set(column.subarray(0, length), index * length))
  // Processors differ in the bits of a NaN that they compute; equal series are to be equal bytes.
  for (let at = 0; at < out.length; at++) if (Number.isNaN(out[at])) out[at] = NaN
  return littleEndian(Buffer.from(out.buffer))
}

export function decodeDoubles(data: Uint8Array): Float64Array {
  const aligned = data.byteOffset % CELL_BYTES === 0 && !BIG_ENDIAN ? data : Uint8Array.from(data)
  littleEndian(Buffer.from(aligned.buffer, aligned.byteOffset, aligned.byteLength))
  return new Float64Array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.byteLength / CELL_BYTES))
}

const BIG_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 0

const littleEndian = (bytes: Buffer): Buffer => (BIG_ENDIAN ? bytes.swap64() : bytes)
