import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { CANDLE_COLUMNS } from '#core/candle.ts'
import type { Hour } from '#core/hour.ts'
import { monthsBetween, type Month } from '#core/month.ts'
import { median, timed, type Bench } from '#tests/bench/measure.ts'
import { USD, assetName, candleRun, inFolder, walk } from '#tests/bench/years.ts'
import { openStore } from '../open.ts'

const ASSETS = 1000
const FROM = Date.UTC(2025, 0, 1) as Hour
const TO = Date.UTC(2026, 0, 1) as Hour
const HOURS = (TO - FROM) / 3_600_000
const MONTHS = monthsBetween(FROM, TO - 1)
/** Assets stored together, as a run of `backfill` does with the answers that arrive side by side. */
const TOGETHER = 10

export const benches: Bench[] = [
  {
    name: `Candles of ${ASSETS} assets × one year`,
    async run() {
      const runs = (asset: number) => candleRun(assetName(asset), FROM, walk(HOURS, asset + 1))
      const writes: number[] = []
      const plainWrites: number[] = []
      const reads: number[] = []
      const plainReads: number[] = []
      for (let round = 0; round < 2; round++) {
        await inFolder(async (folder) => {
          const store = await openStore({ kind: 'embedded', file: join(folder, 'bench.db'), create: true })
          const files = join(folder, 'files')
          mkdirSync(files)
          let write = 0
          let plainWrite = 0
          let read = 0
          let plainRead = 0
          // Asset groups in turn, ours and plain, so that a disk that slows down slows both.
          for (let asset = 0; asset < ASSETS; asset += TOGETHER) {
            const some = Array.from({ length: TOGETHER }, (_, index) => ({
              run: runs(asset + index),
              suspects: [],
              gaps: [],
            }))
            write += await timed(() => store.writePrices(some))
            const assets = some.map(({ run }) => run.asset)
            const chunks = await store.chunks({
              assets,
              quote: USD,
              from: MONTHS[0] as Month,
              to: MONTHS.at(-1) as Month,
            })
            const blobs = chunks.map((chunk) => ({
              file: join(files, `${chunk.asset}-${chunk.month}`),
              bytes: Buffer.concat([
                ...CANDLE_COLUMNS.map((name) =>
                  Buffer.from(
                    chunk.columns[name].buffer,
                    chunk.columns[name].byteOffset,
                    chunk.columns[name].byteLength,
                  ),
                ),
                Buffer.from(chunk.changed.buffer, chunk.changed.byteOffset, chunk.changed.byteLength),
              ]),
            }))
            plainWrite += await timed(() => blobs.forEach(({ file, bytes }) => writeFile(file, bytes)))
          }
          for (let asset = 0; asset < ASSETS; asset += TOGETHER) {
            const assets = Array.from({ length: TOGETHER }, (_, index) => assetName(asset + index))
            read += await timed(() =>
              store.chunks({ assets, quote: USD, from: MONTHS[0] as Month, to: MONTHS.at(-1) as Month }),
            )
            const names = assets.flatMap((name) => MONTHS.map((month) => join(files, `${name}-${month}`)))
            plainRead += await timed(() => names.map((file) => readFileSync(file)))
          }
          writes.push(write)
          plainWrites.push(plainWrite)
          reads.push(read)
          plainReads.push(plainRead)
          await store.close()
          rmSync(files, { recursive: true })
        })
      }
      const ratio = (ours: number[], plain: number[]) =>
        median(ours.map((ms, index) => ms / (plain[index] as number)))
      return [
        {
          name: 'write',
          against: 'one plain file per asset and month with the same bytes, each with fsync',
          limit: 3,
          ratio: ratio(writes, plainWrites),
          oursMs: median(writes),
          referenceMs: median(plainWrites),
        },
        {
          name: 'read the whole year',
          against: 'reading the same files',
          limit: 2.5,
          ratio: ratio(reads, plainReads),
          oursMs: median(reads),
          referenceMs: median(plainReads),
        },
      ]
    },
  },
]

function writeFile(file: string, bytes: Buffer): void {
  const handle = openSync(file, 'w')
  writeSync(handle, bytes)
  fsyncSync(handle)
  closeSync(handle)
}
