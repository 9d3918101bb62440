import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** A name that nobody guesses, for what is looked up by it. */
export const newId = (): string => randomBytes(12).toString('hex')

/** 256 bits as text: a secret of which only the hash is kept. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** Of a secret that is random a plain hash is enough: there is nothing to guess. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url')

/** Takes as long wherever the first difference is. */
export function isHashOf(hash: string, secret: string): boolean {
  const [kept, given] = [Buffer.from(hash), Buffer.from(hashOf(secret))]
  return kept.length === given.length && timingSafeEqual(kept, given)
}
