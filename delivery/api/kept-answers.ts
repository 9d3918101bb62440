import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { RecordCondition, RecordStore, StoredRecord } from '#pipeline/ports.ts'
import { Refusal } from './problem.ts'
import type { Reply } from './types.ts'

/** How long the answer to a key is kept. */
const KEEP_MS = 24 * 3_600_000
/** No write lasts so long: its server has died, and the key can be used anew. */
const ABANDONED_MS = 10 * 60_000
/** Keys of one owner; the oldest go. */
const MOST_KEYS = 500
/** How many keys come in between two looks at what can go. */
const SWEEP_EVERY = 50

const KEYS = 'passing:key'
const BODIES = 'passing:key-body'

/** What is kept of a write by its key. */
type Kept = {
  readonly at: number
  readonly fingerprint: string
  /** Null while it goes on. */
  readonly status: number | null
}
type Found = { readonly kept: Kept; readonly stands: RecordCondition }
export type KeyedWrite = { readonly owner: string; readonly key: string; readonly fingerprint: string }

/**
 * Answers of writes that were asked with an `Idempotency-Key`: who asks again, since the answer was lost on the way, gets
 * the same answer, and nothing is done twice. Kept in the store, so that it holds over restarts and among servers. A write
 * that failed has changed nothing and is not kept: the same key tries again.
 */
export class KeptAnswers {
  private readonly store: RecordStore
  private readonly now: () => number
  private sinceSweep = SWEEP_EVERY

  constructor(store: RecordStore, now: () => number) {
    this.store = store
    this.now = now
  }

  /** @throws Refusal KEY_REUSED for another request under a known key, CONFLICT while the first goes on; as `run` does */
  async answer(write: KeyedWrite, run: () => Promise<Reply>): Promise<Reply> {
    const name = hash(write.key)
    const found = await this.find(write.owner, name)
    const kept = found === null || this.isOver(found.kept) ? null : found.kept
    if (kept !== null && kept.fingerprint !== write.fingerprint) throw reused()
    if (kept !== null) return this.replay(write.owner, name, kept)
    await this.take(write, name, found)
    return this.finish(write, name, run)
  }

  private async find(owner: string, name: string): Promise<Found | null> {
    const record = await this.record(owner, KEYS, name)
    return record === null ? null : { kept: JSON.parse(record.value) as Kept, stands: record }
  }

  private async record(owner: string, kind: string, name: string): Promise<StoredRecord | null> {
    const [record] = await this.store.records({ owner, kind, from: name, to: `${name}\u0000` })
    return record ?? null
  }

  private isOver({ at, status }: Kept): boolean {
    return this.now() - at > (status === null ? ABANDONED_MS : KEEP_MS)
  }

  private async replay(owner: string, name: string, { status }: Kept): Promise<Reply> {
    const record = status === null ? null : await this.record(owner, BODIES, name)
    if (status === null || record === null) throw underWay()
    return { status, body: await unpacked(record.value), etag: null }
  }

  /** Of two that come with the same key at the same moment one gets it. */
  private async take({ owner, fingerprint }: KeyedWrite, name: string, found: Found | null): Promise<void> {
    const before = found?.stands ?? { owner, kind: KEYS, key: name, value: null }
    const begun: Kept = { at: this.now(), fingerprint, status: null }
    const put = [recordOf(owner, KEYS, name, JSON.stringify(begun))]
    if (!(await this.store.writeRecordsIf([before], { put }))) throw underWay()
    if (++this.sinceSweep > SWEEP_EVERY) await this.sweep(owner)
  }

  private async finish(
    { owner, fingerprint }: KeyedWrite,
    name: string,
    run: () => Promise<Reply>,
  ): Promise<Reply> {
    let reply: Reply
    try {
      reply = await run()
    } catch (error) {
      await this.store.writeRecords({ put: [], drop: [{ owner, kind: KEYS, key: name }] })
      throw error
    }
    const done: Kept = { at: this.now(), fingerprint, status: reply.status }
    await this.store.writeRecords({
      put: [
        recordOf(owner, KEYS, name, JSON.stringify(done)),
        recordOf(owner, BODIES, name, await packed(reply.body)),
      ],
    })
    return reply
  }

  private async sweep(owner: string): Promise<void> {
    this.sinceSweep = 0
    const all = (await this.store.records({ owner, kind: KEYS }))
      .map(({ key, value }) => ({ key, kept: JSON.parse(value) as Kept }))
      .sort((a, b) => b.kept.at - a.kept.at)
    const gone = all.filter(({ kept }, at) => at >= MOST_KEYS || this.isOver(kept))
    const drop = gone.flatMap(({ key }) => [KEYS, BODIES].map((kind) => ({ owner, kind, key })))
    if (drop.length > 0) await this.store.writeRecords({ put: [], drop })
  }
}

const recordOf = (owner: string, kind: string, key: string, value: string): StoredRecord => ({
  ...{ owner, kind, key, value },
})
const hash = (text: string): string => createHash('sha256').update(text).digest('base64url')

const PIECE = 1_000_000

/** Tells one request from another. A long body is gone through piece by piece, so that others are answered meanwhile. */
export async function fingerprintOf(request: readonly unknown[], body: unknown): Promise<string> {
  const digest = createHash('sha256').update(JSON.stringify(request)).update('\n')
  const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? '')
  for (let at = 0; at < text.length; at += PIECE) {
    if (at > 0) await new Promise((resolve) => setImmediate(resolve))
    digest.update(text.slice(at, at + PIECE))
  }
  return digest.digest('base64url')
}

const packed = async (body: Uint8Array): Promise<string> => (await promisify(gzip)(body)).toString('base64')
const unpacked = async (text: string): Promise<Uint8Array> => promisify(gunzip)(Buffer.from(text, 'base64'))

const reused = (): Refusal =>
  new Refusal(
    'KEY_REUSED',
    'This Idempotency-Key came with another request before.',
    'Take a new key for each request; the same key is for asking the same again.',
  )
const underWay = (): Refusal =>
  new Refusal('CONFLICT', 'The first request with this Idempotency-Key goes on.', 'Ask again in a moment.', {
    retryAfter: 2,
  })
