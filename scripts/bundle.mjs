// Writes the command line: dist/bin/program.cjs, all of it as one file, of which each part is evaluated when a command
// first needs it; program.cache, that file compiled by the line of node at hand; and dist/bin/tidemark.cjs, which
// starts it (docs/decisions/0007).
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = (name) => fileURLToPath(new URL(`../dist/bin/${name}`, import.meta.url))

await build({
  absWorkingDir: root,
  entryPoints: ['scripts/cli.ts'],
  outfile: 'dist/bin/program.cjs',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  conditions: ['source'],
  minify: true,
  charset: 'ascii',
  external: [
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
for (const name of ['tidemark.cjs', 'compile.cjs'])
  copyFileSync(new URL(`start/${name}`, import.meta.url), bin(name))
chmodSync(bin('tidemark.cjs'), 0o755)

// Wrapped as node wraps a module, so that what is compiled now is what is started.
const program = bin('program.cjs')
const body = readFileSync(program, 'latin1').replace(/^#!.*\n/, '')
// Read back byte for byte, which is quicker; esbuild leaves letters of regular expressions as they are.
if (/[^\x00-\x7f]/.test(body))
  throw new Error('the program is not plain ASCII: write \\u… in regular expressions')
writeFileSync(program, `(function (exports, require, module, __filename, __dirname) {${body}\n})`, 'latin1')
const { compile } = createRequire(import.meta.url)('./start/compile.cjs')
writeFileSync(bin('program.cache'), compile(program).createCachedData())
