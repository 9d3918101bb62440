import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { FERRETDB_SOURCE, VERSIONS, type BuiltServer } from '../places.ts'

export type Recipe = {
  readonly tools: readonly (keyof typeof TOOLS)[]
  /** Leaves the program, by the server's name, in an empty folder. */
  readonly make: (folder: string) => void
}

/** What a build needs, and where to get it. */
export const TOOLS = {
  go: 'Go 1.24 or newer (https://go.dev/dl)',
  cargo: 'Rust (https://rustup.rs)',
  gcc: 'a C compiler (Debian: apt-get install gcc)',
} as const

/** Nothing but the Go module proxy, and cargo's registry for a part of InfluxDB, is asked for anything. */
export const RECIPES: Record<BuiltServer, Recipe> = {
  ferretdb: {
    tools: ['go'],
    make(folder) {
      const source = join(folder, 'source')
      cpSync(FERRETDB_SOURCE, source, { recursive: true })
      run('go', ['build', '-trimpath', '-buildvcs=false', '-o', join(folder, 'ferretdb'), '.'], source, {
        CGO_ENABLED: '0',
      })
    },
  },
  toxiproxy: {
    tools: ['go'],
    make(folder) {
      goInstall(`github.com/Shopify/toxiproxy/v2/cmd/server@v${VERSIONS.toxiproxy}`, folder)
      run('mv', ['server', 'toxiproxy'], folder)
    },
  },
  influxdb: {
    tools: ['go', 'cargo', 'gcc'],
    make(folder) {
      const source = join(folder, 'source')
      copyModule(`github.com/influxdata/influxdb/v2@v${VERSIONS.influxdb}`, source, folder)
      // Stands in for pkg-config, and has cargo build the library of Flux.
      goInstall('github.com/influxdata/pkg-config@v0.3.0', folder)
      const program = join(folder, 'influxdb')
      const flags = ['-trimpath', '-buildvcs=false', '-tags', 'sqlite_foreign_keys,sqlite_json']
      run('go', ['build', ...flags, '-o', program, './cmd/influxd'], source, {
        PKG_CONFIG: join(folder, 'pkg-config'),
        CGO_ENABLED: '1',
        // Flux names a toolchain of its own, which would be one more download.
        RUSTUP_TOOLCHAIN: process.env['RUSTUP_TOOLCHAIN'] ?? 'stable',
      })
    },
  },
}

function goInstall(module: string, folder: string): void {
  run('go', ['install', '-trimpath', module], folder, { GOBIN: folder })
}

/** Copies the source of a module, which lies read-only in Go's cache; its own build needs to be inside. */
function copyModule(module: string, to: string, folder: string): void {
  const answer = execFileSync('go', ['mod', 'download', '-json', module], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { Dir } = JSON.parse(answer) as { Dir: string }
  run('cp', ['-R', Dir, to], folder)
  run('chmod', ['-R', 'u+w', to], folder)
}

function run(command: string, args: string[], cwd: string, env: Record<string, string> = {}): void {
  execFileSync(command, args, {
    cwd,
    env: { ...process.env, GOWORK: 'off', ...env },
    // Results alone go to standard output.
    stdio: ['ignore', 2, 2],
  })
}
