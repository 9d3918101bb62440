/**
 * Every fault N times (5 unless set), at moments that follow from SEED, and one table at the end. `--short` is the form
 * that runs with all other tests: once each, and nothing that takes minutes of waiting.
 * `npm run test:faults`, or `N=20 SEED=7 npm run test:faults -- tests/faults/mongodb.test.ts`.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tableOf, type Row } from './table.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-faults-'))
const file = join(folder, 'rows')
const only = process.argv.slice(2).filter((argument) => argument !== '--short')
const short = process.argv.includes('--short')
const { N = short ? '1' : '5', SEED = '20260501' } = process.env
const env = { ...process.env, N, SEED, TIDEMARK_FAULTS_ROWS: file, ...(short ? {} : { LONG: '1' }) }
const { status } = spawnSync('npx', ['vitest', 'run', ...(only.length > 0 ? only : ['tests/faults'])], {
  env,
  stdio: 'inherit',
})
const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
const rows = lines.map((line) => JSON.parse(line) as Row)
console.log(`\n${rows.length} tries, seed ${SEED}, N=${N}${short ? ', short' : ''}\n\n${tableOf(rows)}`)
rmSync(folder, { recursive: true, force: true })
process.exitCode = status ?? 1
