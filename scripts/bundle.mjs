// Writes dist/bin/tidemark.cjs: the command line as one file, which node starts in half the time that a hundred modules
// take (docs/decisions/0007). Everything is loaded when a command first needs it, packages that few commands need too.
import { chmodSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

await build({
  absWorkingDir: root,
  entryPoints: ['scripts/cli.ts'],
  outfile: 'dist/bin/tidemark.cjs',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  conditions: ['source'],
  minifySyntax: true,
  minifyWhitespace: true,
  external: [
    'axios',
    'better-sqlite3',
    'better-sqlite3-13',
    'bottleneck',
    'cli-progress',
    'cockatiel',
    'csv-parse',
    'csv-stringify',
    'lossless-json',
    'node-cron',
    'pino',
    'yaml',
    'zod',
  ],
  define: { 'import.meta.url': '__here' },
  banner: { js: `const __here = require('node:url').pathToFileURL(__filename).href;` },
  logLevel: 'warning',
})
chmodSync(new URL('../dist/bin/tidemark.cjs', import.meta.url), 0o755)
