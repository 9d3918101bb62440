import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { TidemarkError } from '#core/errors.ts'

export const SECRET_BYTES = 32
const FILE = 'auth.secret'

/**
 * What access tokens are signed with: AUTH_SECRET where it is set, else a file of the data folder, which the first start
 * makes.
 * @throws TidemarkError CONFIG_INVALID for one that is too short, or that others can read
 */
export function signingSecret(set: string | null, dataDir: string): Uint8Array {
  if (set !== null) return checked(Buffer.from(set), 'AUTH_SECRET')
  const file = join(dataDir, FILE)
  make(file)
  refuseReadable(file)
  return checked(Buffer.from(readFileSync(file, 'utf8').trim(), 'base64url'), file)
}

/** Of two servers that start at once, one makes it. */
function make(file: string): void {
  let handle: number
  try {
    handle = openSync(file, 'wx', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw error
  }
  try {
    writeSync(handle, `${randomBytes(SECRET_BYTES).toString('base64url')}\n`)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function refuseReadable(file: string): void {
  const mode = statSync(file).mode & 0o777
  if ((mode & 0o077) === 0 || process.platform === 'win32') return
  throw new TidemarkError('CONFIG_INVALID', {
    message: `${file} can be read by others (its mode is ${mode.toString(8)}): whoever reads it can sign in as anybody.`,
    fix: `Run "rm ${file}", which ends every session, and start again; or "chmod 600" it where nobody has read it.`,
  })
}

function checked(secret: Uint8Array, place: string): Uint8Array {
  if (secret.length >= SECRET_BYTES) return secret
  throw new TidemarkError('CONFIG_INVALID', {
    message: `${place} holds ${secret.length} bytes; a secret that signs needs ${SECRET_BYTES}.`,
    fix:
      place === 'AUTH_SECRET'
        ? 'Set it to what "openssl rand -base64 48" prints, or leave it out: then one is made.'
        : `Remove ${place} and start again: another one is made, and everybody signs in anew.`,
  })
}
