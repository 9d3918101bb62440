import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { builtFolder, cacheFolder, findBinary, VERSIONS, type BuiltServer } from '../places.ts'
import { withLock } from './lock.ts'
import { RECIPES, TOOLS, type Recipe } from './recipes.ts'

/** The quickest first: who waits for one of them waits least. */
const ORDER: readonly BuiltServer[] = ['toxiproxy', 'ferretdb', 'influxdb']
const UNFINISHED = '.building-'

/**
 * Builds the servers that are not there yet, each in a folder that gets its name when the build is complete. One
 * process at a time builds; a second one waits, and then finds the work done.
 * @returns what could not be built, and why
 */
export async function buildServers(say: (line: string) => void, recipes = RECIPES): Promise<string[]> {
  const cache = cacheFolder()
  mkdirSync(cache, { recursive: true })
  const lock = join(cache, 'build.lock')
  return withLock(
    lock,
    () => say('another build is running; waiting for it'),
    () => {
      sweep(cache)
      return ORDER.flatMap((name) => {
        const failed = build(name, recipes[name], cache, say)
        return failed === null ? [] : [failed]
      })
    },
  )
}

/** Nobody builds while we hold the lock, so these are the remains of builds that were broken off. */
function sweep(cache: string): void {
  for (const entry of readdirSync(cache))
    if (entry.startsWith(UNFINISHED)) rmSync(join(cache, entry), { recursive: true, force: true })
}

function build(name: BuiltServer, recipe: Recipe, cache: string, say: (line: string) => void): string | null {
  const what = `${name} ${VERSIONS[name]}`
  if (findBinary(name) !== null) {
    say(`${what}: there already`)
    return null
  }
  const missing = recipe.tools.filter((tool) => !installed(tool))
  if (missing.length > 0)
    return `${what} cannot be built, install first: ${missing.map((tool) => `${tool}: ${TOOLS[tool]}`).join('; ')}`
  say(`${what}: building`)
  const started = performance.now()
  const folder = mkdtempSync(join(cache, UNFINISHED))
  try {
    recipe.make(folder)
    complete(name, folder)
    say(`${what}: built in ${Math.round((performance.now() - started) / 1000)} s`)
    return null
  } catch (error) {
    return `${what} was not built: ${error instanceof Error ? error.message : String(error)}`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The program alone is kept, and appears in one step. */
function complete(name: BuiltServer, folder: string): void {
  const kept = join(folder, 'kept')
  mkdirSync(kept)
  renameSync(join(folder, name), join(kept, name))
  const place = builtFolder(name)
  rmSync(place, { recursive: true, force: true })
  renameSync(kept, place)
}

function installed(tool: string): boolean {
  // A shim of rustup without a toolchain is on PATH too, so it is asked.
  const asked = spawnSync(tool, [tool === 'go' ? 'version' : '--version'], {
    stdio: 'ignore',
    env: {
      ...process.env,
      ...(tool === 'cargo' && { RUSTUP_TOOLCHAIN: process.env['RUSTUP_TOOLCHAIN'] ?? 'stable' }),
    },
  })
  return asked.status === 0
}
