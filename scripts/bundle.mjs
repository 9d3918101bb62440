// Writes the command line: dist/bin/program.cjs, all of it as one file, of which each part is evaluated when a command
// first needs it; program.cache, that file compiled by the line of node at hand; and dist/bin/tidemark.cjs, which
// starts it (docs/decisions/0007).
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = (name) => fileURLToPath(new URL(`../dist/bin/${name}`, import.meta.url))

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['scripts/cli.ts'],
  outfile: 'dist/bin/program.cjs',
  write: false,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  conditions: ['source'],
  minify: true,
  charset: 'ascii',
  external: [
    '@influxdata/influxdb-client',
    '@influxdata/influxdb-client-apis',
    'axios',
    'better-sqlite3-13',
    'bottleneck',
    'bullmq',
    'cli-progress',
    'cockatiel',
    'csv-parse',
    'csv-stringify',
    'ioredis',
    'lossless-json',
    'mongodb',
    'node-cron',
    'pino',
    'rate-limiter-flexible',
    'yaml',
    'zod',
  ],
  // What is loaded late is loaded by require, which takes a fraction of the time of import().
  supported: { 'dynamic-import': false },
  // commander names it for commands that are programs of their own; ours are none.
  alias: {
    'node:child_process': './scripts/start/no-child-process.cjs',
    bindings: './scripts/start/sqlite-binding.cjs',
  },
  define: { 'import.meta.url': '__here' },
  banner: { js: `const __here = require('node:url').pathToFileURL(__filename).href;` },
  logLevel: 'warning',
})

/**
 * Others may be starting the program, or building it, at this moment: they find each file whole, old or new. What is
 * returned puts it in place.
 */
function replace(name, content, mode = 0o644) {
  const whole = bin(`${name}.${process.pid}`)
  writeFileSync(whole, content, { mode })
  return () => renameSync(whole, bin(name))
}

mkdirSync(bin(''), { recursive: true })
for (const [name, mode] of [
  ['compile.cjs', 0o644],
  ['tidemark.cjs', 0o755],
])
  replace(name, readFileSync(new URL(`start/${name}`, import.meta.url)), mode)()

const body = outputFiles[0].text.replace(/^#!.*\n/, '')
// Read back byte for byte, which is quicker; esbuild leaves letters of regular expressions as they are.
if (/[^\x00-\x7f]/.test(body))
  throw new Error('the program is not plain ASCII: write \\u… in regular expressions')
// Wrapped as node wraps a module, so that what is compiled now is what is started.
const wrapped = `(function (exports, require, module, __filename, __dirname) {${body}\n})`
const program = replace('program.cjs', wrapped)
const { compile } = createRequire(import.meta.url)('./start/compile.cjs')
const cache = replace('program.cache', compile(bin(`program.cjs.${process.pid}`)).createCachedData())
program()
cache()
