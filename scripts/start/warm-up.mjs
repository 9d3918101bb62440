import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const WARM = fileURLToPath(new URL('warm.cjs', import.meta.url))
const HOUR_MS = 3_600_000
const HOURS = 8 * 24

/**
 * Runs the commands that most sessions begin with on a small store, and returns what V8 has compiled of each part then:
 * exactly the functions that they call, so that no start compiles them again and none reads others.
 * @param packWith writes a pack with what was compiled so far to a path
 * @returns by name of the part; nothing where the commands do not run here, and the program starts more slowly
 */
export function warmUp(packWith) {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-build-'))
  const compiled = new Map()
  const run = (...command) => {
    const pack = join(folder, 'program.pack')
    const caches = mkdtempSync(join(folder, 'compiled-'))
    packWith(pack, compiled)
    const done = spawnSync(process.execPath, [WARM, pack, caches, ...command], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, TIDEMARK_DATA_DIR: join(folder, 'data') },
      encoding: 'utf8',
    })
    if (done.status !== 0) throw new Error(`tidemark ${command.join(' ')}: ${done.stderr}`)
    return () => {
      for (const name of readdirSync(caches)) compiled.set(`./${name}`, readFileSync(join(caches, name)))
    }
  }
  try {
    writeInputs(folder)
    run('prices', 'import', 'prices.csv')
    run('pnl')()
    run('import', 'flows.csv')
    // From what the first run compiled: what the second one compiles comes on top.
    run('pnl', '--json')()
  } catch (error) {
    process.stderr.write(`! The program starts more slowly: it could not be tried.\n${error.message}\n`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return compiled
}

/** A portfolio with something held by hand, a purchase, and prices of some days. */
function writeInputs(folder) {
  mkdirSync(join(folder, 'data'), { mode: 0o700 })
  const now = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
  const time = (hour) => new Date(now - (HOURS - hour) * HOUR_MS).toISOString()
  const hours = Array.from({ length: HOURS }, (_, hour) => hour)
  const rows = hours.flatMap((hour) => [
    `${time(hour)},bitcoin,${100 + (hour % 7)}`,
    `${time(hour)},ethereum,${10 + (hour % 5)}`,
  ])
  writeFileSync(join(folder, 'prices.csv'), ['time,asset,price', ...rows, ''].join('\n'))
  writeFileSync(
    join(folder, 'portfolio.yaml'),
    'name: main\nbaseCurrency: usd\nholdings:\n  - { asset: bitcoin, quantity: "0.5" }\n',
  )
  writeFileSync(
    join(folder, 'flows.csv'),
    `time,asset,quantity,kind,unit_price,fee,fee_asset,wallet,tx,note\n${time(HOURS - 30)},ethereum,2,buy,10.5,,,,first,\n`,
  )
}
