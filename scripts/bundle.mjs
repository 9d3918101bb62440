// Writes the command line: dist/bin/program.pack, the program in parts of which each is read when it is first needed
// (docs/decisions/0007), and dist/bin/tidemark.cjs, which starts it.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { warmUp } from './start/warm-up.mjs'
import { packOf } from './start/write-pack.mjs'

const { openPack } = createRequire(import.meta.url)('./start/pack.cjs')
const path = (place) => fileURLToPath(new URL(`../${place}`, import.meta.url))
const bin = (name) => path(`dist/bin/${name}`)

// What `tidemark pnl` loads, its driver and all that these import: one part, since nearly every command needs most of
// it. Whatever else is shared between some commands becomes a part of its own by itself.
const FIRST = [
  'scripts/cli.ts',
  'scripts/cli/main.ts',
  'scripts/commands/pnl.ts',
  'storage/embedded/store.ts',
  'delivery/pnl-table.ts',
  'node_modules/better-sqlite3/lib/index.js',
].map(path)

// Small, or needed by nearly every start, or ES modules alone. All other packages stay outside and are loaded when a
// command that uses them is.
const INSIDE = [
  '@noble/hashes',
  'better-sqlite3',
  'commander',
  'decimal.js',
  'p-retry',
  'picocolors',
  'string-width',
]
const { dependencies, optionalDependencies } = JSON.parse(readFileSync(path('package.json'), 'utf8'))
const OUTSIDE = Object.keys({ ...dependencies, ...optionalDependencies }).filter(
  (name) => !INSIDE.includes(name),
)

/** The program as CommonJS modules in which every source is once, by the name that they ask for each other with. */
async function parts() {
  const program = await rolldown({
    cwd: path(''),
    input: { program: path('scripts/cli.ts') },
    platform: 'node',
    tsconfig: false,
    preserveEntrySignatures: 'allow-extension',
    external: (id) => OUTSIDE.some((name) => id === name || id.startsWith(`${name}/`)),
    resolve: {
      conditionNames: ['source', 'node', 'import', 'require', 'default'],
      alias: {
        // commander names it for commands that are programs of their own; ours are none.
        'node:child_process': path('scripts/start/no-child-process.cjs'),
        bindings: path('scripts/start/sqlite-binding.cjs'),
      },
    },
    transform: { target: 'node20.19' },
    // Loaded late for those who do not need it; that others always do is no fault.
    checks: { ineffectiveDynamicImport: false },
  })
  const { output } = await program.generate({
    format: 'cjs',
    // What is loaded late is loaded by require, which takes a fraction of the time of import(); parts have no other.
    dynamicImportInCjs: false,
    strict: true,
    minify: true,
    comments: false,
    charset: 'ascii',
    entryFileNames: '[name].cjs',
    chunkFileNames: ({ name, facadeModuleId: source }) => `${source ? dotted(source) : name}.cjs`,
    codeSplitting: { groups: [{ name: 'program', test: (id) => FIRST.includes(id) }] },
  })
  return output.map(({ fileName, code, moduleIds }) => ({
    name: `./${fileName}`,
    code: wrapped(fileName, code),
    sources: moduleIds.map((id) => relative(path(''), id)),
  }))
}

/** Where a part's source lies, as the name of the part: most are called `run`. */
const dotted = (source) =>
  relative(path(''), source)
    .replace(/\.[cm]?[jt]s$/, '')
    .replaceAll('/', '.')

function wrapped(name, code) {
  const body = code.replace(/^#!.*\n/, '')
  // Read back byte for byte, which is quicker.
  if (/[^\x00-\x7f]/.test(body)) throw new Error(`${name} is not plain ASCII: write \\u… in the sources`)
  return `(function (exports, require, module, __filename, __dirname) {${body}\n})`
}

/** Others may be starting the program, or building it, at this moment: they find each file whole, old or new. */
function replace(name, content, mode = 0o644) {
  const whole = bin(`${name}.${process.pid}`)
  writeFileSync(whole, content, { mode })
  renameSync(whole, bin(name))
}

/** What the pack in place was made of, null where there is none that can be read. */
function present() {
  try {
    return openPack(bin('program.pack'), createRequire(import.meta.url)).made
  } catch {
    return null
  }
}

const program = await parts()
const made = createHash('sha256')
  .update(JSON.stringify([process.version, process.arch, program]))
  .digest('hex')
mkdirSync(bin(''), { recursive: true })
for (const [name, mode] of [
  ['answer.cjs', 0o644],
  ['job.cjs', 0o644],
  ['pack.cjs', 0o644],
  ['tidemark.cjs', 0o755],
])
  replace(name, readFileSync(path(`scripts/start/${name}`)), mode)
// For people, and for tests: what lies where.
replace(
  'parts.json',
  JSON.stringify(Object.fromEntries(program.map((part) => [part.name, part.sources])), null, 1),
)
// Most builds find everything as it was.
if (present() !== made) {
  const compiled = warmUp((file, soFar) => writeFileSync(file, packOf(made, program, soFar)))
  replace('program.pack', packOf(made, program, compiled))
}
