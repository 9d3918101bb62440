import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hourOf, addHours } from '#core/hour.ts'
import { openStore } from '#storage/open.ts'
import { compare, type Bench } from '#tests/bench/measure.ts'
import { assetName, candleRun, inFolder, walk } from '#tests/bench/years.ts'

const BINARY = fileURLToPath(new URL('../dist/bin/tidemark.cjs', import.meta.url))
const COINS = 10
const DAYS = 7

export const benches: Bench[] = [
  {
    name: `Cold start: tidemark pnl, ${COINS} coins × ${DAYS} days, the built file run by node`,
    async run() {
      return inFolder(async (folder) => {
        const data = join(folder, 'data')
        mkdirSync(data)
        const store = await openStore({ kind: 'embedded', file: join(data, 'tidemark.db'), create: true })
        const to = hourOf(Date.now())
        const hours = (DAYS + 1) * 24 + 1
        const assets = Array.from({ length: COINS }, (_, index) => assetName(index))
        for (const [index, asset] of assets.entries()) {
          const run = candleRun(asset, addHours(to, 1 - hours), walk(hours, index + 1))
          await store.writePrices([{ run, suspects: [], gaps: [] }])
        }
        await store.writeCoins(
          assets.map((asset, index) => ({
            asset,
            symbol: asset,
            name: asset,
            rank: index + 1,
            price: '1',
            marketCap: '1',
            volume: '1',
            quote: 'usd',
            updated: to,
          })),
          to,
        )
        await store.close()
        const run = (args: string[]) => {
          const done = spawnSync(process.execPath, args, {
            cwd: folder,
            env: { PATH: process.env['PATH'], HOME: folder, TIDEMARK_DATA_DIR: data },
          })
          if (done.status !== 0)
            throw new Error(`${args.join(' ')}: ${String(done.status)} ${done.stderr.toString()}`)
        }
        return [
          await compare(
            { name: 'tidemark pnl', against: 'node -e 0', limit: 3 },
            () => run([BINARY, 'pnl']),
            () => run(['-e', '0']),
            { pairs: 21, warmups: 3 },
          ),
        ]
      })
    },
  },
]
