import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from '#tests/servers/build/lock.ts'
import { cacheFolder } from '#tests/servers/places.ts'

/** Where the schemas come from: modules that carry them, at the versions that the manifests are checked against. */
const KUBERNETES = 'k8s.io/kubernetes@v1.36.3'
const KEDA = 'github.com/kedacore/keda/v2@v2.21.0'
const KEDA_KINDS = ['scaledobjects', 'triggerauthentications']

const SOURCE = join(import.meta.dirname, 'checker')
const PROGRAM = 'infra-check'
const SCHEMAS = 'schemas'

/** What a check printed: what it understood, or what is wrong. */
export type Answer =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly fault: string }

/** The folder of the checker of this source; null where it has not been built. */
export function checkerFolder(): string | null {
  const folder = place()
  return existsSync(join(folder, PROGRAM)) ? folder : null
}

export const WHY_ABSENT =
  'the checker of infra/ is not built: run "npm run infra:check -- build" (it needs Go 1.24 or newer)'

/** Builds a kustomization and validates each object by the schemas of Kubernetes and KEDA. The answer is YAML. */
export const checkKubernetes = (folder: string): Answer => check(['kubernetes', schemas(), folder])

/** Loads compose files, each on top of the one before it. The answer is the project as JSON. */
export const checkCompose = (files: readonly string[], profiles: readonly string[] = []): Answer =>
  check(['compose', files.join(':'), ...profiles])

/** Parses and lints a Dockerfile. The answer is its stages as JSON. */
export const checkDockerfile = (file: string): Answer => check(['dockerfile', file])

/**
 * Builds the checker and its schemas, once for each version of its source, beside the servers that tests run against.
 * Nothing but the Go module proxy is asked for anything.
 */
export async function buildChecker(say: (line: string) => void): Promise<void> {
  const cache = cacheFolder()
  mkdirSync(cache, { recursive: true })
  await withLock(
    join(cache, `${PROGRAM}.lock`),
    () => say('another build is running; waiting for it'),
    () => {
      if (checkerFolder() !== null) return
      say(`${PROGRAM}: building`)
      const started = performance.now()
      const folder = mkdtempSync(join(cache, '.checker-'))
      try {
        make(folder)
        rmSync(place(), { recursive: true, force: true })
        renameSync(folder, place())
        say(`${PROGRAM}: built in ${Math.round((performance.now() - started) / 1000)} s`)
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
  )
}

function make(folder: string): void {
  const program = join(folder, PROGRAM)
  go(['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', program, '.'], SOURCE)
  const swagger = join(moduleFolder(KUBERNETES, folder), 'api/openapi-spec/swagger.json')
  const crds = join(moduleFolder(KEDA, folder), 'config/crd/bases')
  const custom = KEDA_KINDS.map((kind) => join(crds, `keda.sh_${kind}.yaml`))
  execFileSync(program, ['schemas', swagger, join(folder, SCHEMAS), ...custom], { stdio: ['ignore', 2, 2] })
}

/** Where Go keeps the files of a module. Asked outside of any module, so that nothing has to depend on it. */
function moduleFolder(module: string, folder: string): string {
  const answer = go(['mod', 'download', '-json', module], folder)
  return (JSON.parse(answer) as { Dir: string }).Dir
}

function go(args: readonly string[], cwd: string): string {
  return execFileSync('go', args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, GOWORK: 'off', CGO_ENABLED: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

function place(): string {
  const hash = createHash('sha256').update(`${KUBERNETES} ${KEDA} ${KEDA_KINDS.join(' ')}`)
  for (const file of readdirSync(SOURCE).sort()) hash.update(file).update(readFileSync(join(SOURCE, file)))
  return join(cacheFolder(), `${PROGRAM}-${hash.digest('hex').slice(0, 12)}`)
}

function built(): string {
  const folder = checkerFolder()
  if (folder === null) throw new Error(WHY_ABSENT)
  return folder
}

const schemas = (): string => join(built(), SCHEMAS)

function check(args: readonly string[]): Answer {
  const { status, stdout, stderr, error } = spawnSync(join(built(), PROGRAM), args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (error !== undefined) throw error
  return status === 0 ? { ok: true, text: stdout } : { ok: false, fault: stderr.trim() }
}
