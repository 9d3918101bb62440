import { statSync } from 'node:fs'
import { join } from 'node:path'
import { readEnvFile } from '#config/env-file.ts'
import { rpcVariable } from '#config/rpc-urls.ts'
import { formatTime } from '#core/hour.ts'
import { readText } from '../../wiring/config.ts'
import { fail, ok, warn, type Finding } from './check.ts'

/** End of life of the lines of Node that the package runs on, from the release schedule of the Node project. */
const END_OF_LIFE: Record<number, string> = {
  20: '2026-04-30',
  21: '2024-06-01',
  22: '2027-04-30',
  23: '2025-06-01',
  24: '2028-04-30',
  25: '2026-06-01',
  26: '2029-04-30',
}

export function checkRuntime(version: string, now: number): Finding {
  const name = 'Node supported'
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    return fail(name, `Node ${version}; needs 20.19 or newer`, 'Install Node 24.')
  }
  const end = END_OF_LIFE[major]
  if (end === undefined) return ok(name, `Node ${version}`)
  if (now > Date.parse(end)) {
    return warn(name, `Node ${version} has had no security fixes since ${end}`, 'Install Node 24.')
  }
  return ok(name, `Node ${version}, maintained until ${end}`)
}

/** Files that hold secrets may be read by their owner only: `.env` with a key in it, and what `X_FILE` names. */
export function checkSecretFiles(env: Readonly<Record<string, string | undefined>>, cwd: string): Finding[] {
  const name = 'Secrets private'
  const dotEnv = join(cwd, '.env')
  const text = readText(dotEnv)
  const values = text === null ? {} : readEnvFile(text).values
  const holdsKey = Object.entries(values).some(([key, value]) => isSecret(key) && value !== '')
  const named = Object.entries({ ...values, ...env }).flatMap(([key, value]) =>
    key.endsWith('_FILE') && isSecret(key.slice(0, -'_FILE'.length)) && value ? [value] : [],
  )
  const files = [...(holdsKey ? [dotEnv] : []), ...named]
  const open = files.filter(isOpen)
  if (open.length > 0) {
    return open.map((file) => fail(name, `${file} can be read by other users`, `chmod 600 ${file}`))
  }
  return [
    ok(name, files.length === 0 ? 'no file holds a key' : `${files.length} file(s), none open to others`),
  ]
}

const SECRET = /^(?:.*_KEY|.*_TOKEN|.*_SECRET|MONGODB_URI|REDIS_URL)$/

/** Keys stand in the addresses of endpoints too. */
const isSecret = (name: string): boolean => SECRET.test(name) || rpcVariable(name) !== null

/** A secret that a container mounts belongs to somebody else, who guards it: its mode is not ours to change. */
function isOpen(file: string): boolean {
  try {
    const { mode, uid } = statSync(file)
    return uid === process.getuid?.() && (mode & 0o077) !== 0
  } catch {
    // A file that is not there is a fault of the configuration, and named by its check.
    return false
  }
}

/** The clock against a provider's `Date` header, which has whole seconds. */
export function checkClock(offsetMs: number, at: number): Finding {
  const name = 'Clock right'
  const seconds = Math.round(offsetMs / 1000)
  if (Math.abs(offsetMs) < 2000) return ok(name, `${formatTime(at)}, within 2 s of the providers' clocks`)
  const way = seconds > 0 ? 'ahead of' : 'behind'
  return warn(
    name,
    `${Math.abs(seconds)} s ${way} the providers' clocks`,
    'Turn on time synchronisation (NTP): hours are cut by this clock.',
  )
}
