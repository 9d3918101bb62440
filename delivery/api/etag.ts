import { createHash } from 'node:crypto'

/** A weak tag of what is answered, since what is sent may be compressed on the way. */
export function etagOf(body: Uint8Array): string {
  return `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
}
