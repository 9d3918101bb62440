/**
 * Runs the tests on other lines of Node, each from npm's `node` package, in a copy of the project whose addons are
 * built for it: `npm run test:nodes`, or `npm run test:nodes -- 24 tests/storage` for one line and some of the tests.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const given = process.argv.slice(2)
const majors = given.filter((word) => /^\d+$/.test(word))
const tests = given.filter((word) => !/^\d+$/.test(word))

const failed: string[] = []
for (const major of majors.length > 0 ? majors : ['22', '24']) {
  const folder = mkdtempSync(join(tmpdir(), `tidemark-node${major}-`))
  try {
    if (!passes(major, folder)) failed.push(major)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
if (failed.length > 0) console.error(`failed on Node ${failed.join(', ')}`)
process.exitCode = failed.length > 0 ? 1 : 0

function passes(major: string, folder: string): boolean {
  const runtime = join(folder, 'runtime')
  mkdirSync(runtime)
  const project = join(folder, 'project')
  copyProject(project)
  if (!run('npm', ['install', '--prefix', runtime, '--no-save', `node@${major}`], folder, process.env))
    return false
  const bin = join(runtime, 'node_modules/node/bin')
  // The package brings its headers along, so an addon without a prebuilt binary is compiled for the right version.
  const home = join(runtime, `node_modules/node/node_modules/node-${process.platform}-${process.arch}`)
  const headers = existsSync(join(home, 'include/node')) ? { npm_config_nodedir: home } : {}
  const env = { ...process.env, ...headers, PATH: `${bin}:${process.env['PATH']}` }
  console.log(`Node ${execFileSync('node', ['--version'], { env, encoding: 'utf8' }).trim()}`)
  return run('npm', ['ci'], project, env) && run('npx', ['vitest', 'run', ...tests], project, env)
}

function copyProject(to: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  for (const file of listed.split('\0').filter((name) => name !== '' && isFile(join(ROOT, name)))) {
    mkdirSync(dirname(join(to, file)), { recursive: true })
    cpSync(join(ROOT, file), join(to, file))
  }
}

/** Links stay out: where `node_modules` is one, `npm ci` in the copy would empty the folder it leads to. */
function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}

function run(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv): boolean {
  return spawnSync(command, args, { cwd, env, stdio: 'inherit' }).status === 0
}
