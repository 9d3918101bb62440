import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'
import Bottleneck from 'bottleneck'
import { TidemarkError } from '#core/errors.ts'
import { Refusal } from '../problem.ts'

/** What a guess costs: 128 · r · 2^logN bytes of memory, p times over. */
export type Cost = { readonly logN: number; readonly r: number; readonly p: number }

/** 32 MB and about a quarter of a second; OWASP counts it as strong as argon2id with 19 MB (docs/decisions/0019). */
const COST: Cost = { logN: 15, r: 8, p: 3 }

const SALT_BYTES = 16
const HASH_BYTES = 32
/** Each takes a thread of Node's four, which files are read by too. */
const AT_ONCE = 2
const MOST_WAITING = 32

const SHORTEST = 12
const LONGEST = 256

/** Makes and checks hashes of passwords, a few at a time. */
export class Passwords {
  private readonly cost: Cost
  private readonly turns = new Bottleneck({
    maxConcurrent: AT_ONCE,
    highWater: MOST_WAITING,
    strategy: Bottleneck.strategy.OVERFLOW,
  })
  /** What the password of nobody is compared with, at the price of anybody's. */
  private readonly nobody: string

  constructor(cost: Cost = COST) {
    this.cost = cost
    this.nobody = stored(cost, randomBytes(SALT_BYTES), randomBytes(HASH_BYTES))
  }

  /** @throws TidemarkError INPUT_INVALID for one that is too short or too long */
  async hash(password: string, name: string): Promise<string> {
    checkPassword(password, name)
    const salt = randomBytes(SALT_BYTES)
    return stored(this.cost, salt, await this.derive(password, salt, this.cost))
  }

  /**
   * Whether a password is the one whose hash was kept. Null, for an account that is not there, takes as long and is no.
   * @throws Refusal TOO_MANY when more wait already than can be served
   */
  async matches(password: string, kept: string | null): Promise<boolean> {
    const { cost, salt, hash } = parsed(kept ?? this.nobody)
    const given = await this.derive(password, salt, cost)
    return timingSafeEqual(given, hash) && kept !== null
  }

  /** Whether a hash was made at another cost than new ones are. */
  isOutdated(kept: string): boolean {
    const { cost } = parsed(kept)
    return cost.logN !== this.cost.logN || cost.r !== this.cost.r || cost.p !== this.cost.p
  }

  private async derive(password: string, salt: Buffer, { logN, r, p }: Cost): Promise<Buffer> {
    const N = 2 ** logN
    const options = { N, r, p, maxmem: 256 * N * r }
    try {
      return await this.turns.schedule(() => scrypted(password.normalize('NFKC'), salt, options))
    } catch (error) {
      if (!(error instanceof Bottleneck.BottleneckError)) throw error
      throw new Refusal('TOO_MANY', 'Too many are signing in at this moment.', 'Try again in a moment.', {
        retryAfter: 2,
      })
    }
  }
}

const scrypted = (password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(password, salt, HASH_BYTES, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    ),
  )

function checkPassword(password: string, name: string): void {
  const length = [...password].length
  const fault =
    length < SHORTEST || length > LONGEST
      ? `A password has ${SHORTEST} to ${LONGEST} characters; this one has ${length}.`
      : new Set(password).size < 5 || password.toLowerCase().includes(name.toLowerCase().repeat(2))
        ? 'This password is guessed at once.'
        : null
  if (fault === null) return
  throw new TidemarkError('INPUT_INVALID', {
    message: fault,
    fix: 'Choose a longer one: some words that have nothing to do with each other.',
  })
}

const stored = ({ logN, r, p }: Cost, salt: Buffer, hash: Buffer): string =>
  ['scrypt', logN, r, p, salt.toString('base64url'), hash.toString('base64url')].join('$')

function parsed(text: string): { cost: Cost; salt: Buffer; hash: Buffer } {
  const [, logN, r, p, salt = '', hash = ''] = text.split('$')
  return {
    cost: { logN: Number(logN), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  }
}
