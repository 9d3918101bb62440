import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

export const SERVER_NAMES = ['ferretdb', 'influxdb', 'redis', 'victoria-metrics', 'toxiproxy'] as const
export type ServerName = (typeof SERVER_NAMES)[number]
/** Servers that are built from source, since no package of them exists for a bare machine. */
export type BuiltServer = Exclude<ServerName, PackagedServer>
type PackagedServer = keyof typeof PACKAGES

export type Binary = { readonly path: string; readonly version: string }

/** Versions are pinned: an unpinned one would be another server every day. FerretDB's stands in `ferretdb/go.mod`. */
export const VERSIONS = { ferretdb: '1.24.2', influxdb: '2.9.1', toxiproxy: '2.5.0' } as const
const PACKAGES = { redis: 'redis-server', 'victoria-metrics': 'victoria-metrics' } as const

export const FERRETDB_SOURCE = join(import.meta.dirname, 'ferretdb')

/** Where built servers, and what `npm run servers -- up` started, are kept: outside the repository, for every clone. */
export function cacheFolder(): string {
  const { TIDEMARK_SERVERS_DIR: own, XDG_CACHE_HOME: caches } = process.env
  if (own !== undefined && own !== '') return own
  const home = caches !== undefined && caches !== '' ? caches : join(homedir(), '.cache')
  return join(home, 'tidemark-servers')
}

/** The folder of a server of this version and, where the source is ours, of this source. */
export function builtFolder(name: BuiltServer): string {
  const version = VERSIONS[name]
  return join(cacheFolder(), `${name}-${version}${name === 'ferretdb' ? `-${ferretdbSource()}` : ''}`)
}

function ferretdbSource(): string {
  const hash = createHash('sha256')
  for (const file of ['main.go', 'go.mod', 'go.sum']) hash.update(readFileSync(join(FERRETDB_SOURCE, file)))
  return hash.digest('hex').slice(0, 8)
}

/** The program of a server and its version; null where it has neither been built nor installed. */
export function findBinary(name: ServerName): Binary | null {
  if (name === 'redis' || name === 'victoria-metrics') return onPath(name)
  const path = join(builtFolder(name), name)
  return existsSync(path) ? { path, version: VERSIONS[name] } : null
}

/** As `findBinary`, but with an error that says how to get it. */
export function needBinary(name: ServerName): Binary {
  const binary = findBinary(name)
  if (binary === null) throw new Error(whyAbsent(name))
  return binary
}

/** What to do about a server that is not there. */
export function whyAbsent(name: ServerName): string {
  if (name === 'redis' || name === 'victoria-metrics')
    return `${name} is not installed: there is no "${PACKAGES[name]}" on PATH (Debian: apt-get install ${PACKAGES[name]})`
  return `${name} ${VERSIONS[name]} is not built: run "npm run servers -- build"`
}

function onPath(name: PackagedServer): Binary | null {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, PACKAGES[name])
    if (folder !== '' && isExecutable(path)) return { path, version: versionOf(name, path) }
  }
  return null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function versionOf(name: PackagedServer, path: string): string {
  try {
    if (name === 'redis')
      return / v=(\S+)/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' }))?.[1] ?? 'unknown'
    // Debian's build of VictoriaMetrics knows no version of its own.
    return execFileSync('dpkg-query', ['-W', '-f', '${Version}', PACKAGES[name]], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    return 'unknown'
  }
}
