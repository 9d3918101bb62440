import { ProviderError, type FailureKind } from '../../http/failure.ts'
import type { Limits } from '../../http/exchange.ts'
import { Line } from '../../http/line.ts'
import type { HttpTuning } from '../../http/options.ts'
import type { EndpointReport, EvmChain, RpcCall, Traits } from '../types.ts'
import { refusal, type Refusal, type RefusalKind } from './errors.ts'
import { mannerOf } from './hosts.ts'
import { Pace } from './pace.ts'
import { urlSecrets } from '#core/url-secrets.ts'
import { freshTraits } from './traits.ts'
import { envelope, readReply, refused, type Answer, type Numbered, type Reply } from './wire.ts'

export type EndpointOptions = {
  readonly chain: EvmChain
  readonly url: string
  /** Requests a second, or null for what the host is known for. */
  readonly rate: number | null
  readonly http: HttpTuning
}

/** One address of a chain: how fast it is asked, how many calls a request holds, and what was learned of it. */
export class Endpoint {
  readonly url: string
  readonly host: string
  readonly chain: EvmChain
  readonly pace: Pace
  traits: Traits
  retries = 0
  /** The chain that it is of, where that turned out to be another one. */
  foreign: number | null = null
  private readonly line: Line
  private readonly secrets: readonly string[]
  private calls = 0
  private nextId = 1

  constructor(options: EndpointOptions) {
    const { url, chain, http } = options
    const manner = mannerOf(url)
    const rate = options.rate ?? manner.rate
    const now = http.now ?? Date.now
    this.url = url
    this.chain = chain
    this.secrets = urlSecrets(url)
    this.traits = freshTraits(chain.chainId, 0, manner.batch)
    this.line = new Line({
      ...http,
      url,
      provider: `rpc:${chain.name}`,
      perMinute: Math.max(1, Math.floor(rate * 60)),
    })
    this.host = this.line.host
    this.pace = new Pace(this.line, rate, now)
  }

  /**
   * The answer to each call, in their order. Split into requests as the endpoint takes them; what one reply leaves out
   * is asked for again, alone. Never fails but with INTERRUPTED: what does not work is a refusal.
   */
  async ask(calls: readonly RpcCall[], limits: Partial<Limits>, signal: AbortSignal): Promise<Answer[]> {
    const size = Math.max(1, this.traits.batch)
    if (calls.length <= size) return this.request(calls, limits, signal)
    const pieces: Promise<Answer[]>[] = []
    for (let at = 0; at < calls.length; at += size) {
      pieces.push(this.request(calls.slice(at, at + size), limits, signal))
    }
    return (await Promise.all(pieces)).flat()
  }

  /** One call, alone. */
  async one(
    method: string,
    params: readonly unknown[],
    limits: Partial<Limits>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const [answer] = await this.request([{ method, params }], limits, signal)
    return answer as Answer
  }

  learn(traits: Partial<Traits>): void {
    this.traits = { ...this.traits, ...traits }
  }

  report(): EndpointReport {
    const { calls: requests, ...counts } = this.line.report()
    return {
      ...counts,
      requests,
      calls: this.calls,
      retries: this.retries,
      foreign: this.foreign,
      traits: this.traits.checkedAt === 0 ? null : this.traits,
    }
  }

  close(): void {
    this.line.close()
  }

  private async request(
    calls: readonly RpcCall[],
    limits: Partial<Limits>,
    signal: AbortSignal,
  ): Promise<Answer[]> {
    if (calls.length === 0) return []
    const numbered = calls.map((call) => ({ id: this.nextId++, call }))
    const answers = await this.exchanged(numbered, limits, signal)
    const whole = calls.length > 1 ? sameRefusal(answers) : null
    if (whole !== null && (await this.shortened(whole, calls, limits, signal))) {
      return this.ask(calls, limits, signal)
    }
    const again = answers.map(async (answer, at) => {
      const call = calls[at] as RpcCall
      if (answer !== null) return answer
      if (calls.length === 1) return refused(refusal('malformed', 'the answer has neither result nor error'))
      this.retries += 1
      return this.one(call.method, call.params, limits, signal)
    })
    return Promise.all(again)
  }

  /** Whether a list of calls was refused for being one, or too long: then the next ones are shorter. */
  private async shortened(
    { kind, most }: Refusal,
    calls: readonly RpcCall[],
    limits: Partial<Limits>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const half = Math.floor(calls.length / 2)
    if (kind === 'size') return this.batchOf(half)
    if (kind === 'batch') return this.batchOf(most !== null && most < calls.length ? most : 1)
    if (kind !== 'failed' && kind !== 'malformed' && kind !== 'unsupported') return false
    // No word of a list: one call alone tells whether it was that.
    const { method, params } = calls[0] as RpcCall
    const alone = await this.one(method, params, limits, signal)
    return (alone.ok || alone.refusal.kind !== kind) && this.batchOf(1)
  }

  private batchOf(most: number): true {
    this.learn({ batch: Math.max(1, Math.min(this.traits.batch, most)) })
    return true
  }

  private async exchanged(
    calls: readonly Numbered[],
    limits: Partial<Limits>,
    signal: AbortSignal,
  ): Promise<(Answer | null)[]> {
    this.calls += calls.length
    let reply: Reply
    try {
      reply = await this.line.post(envelope(calls), limits, signal)
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error
      this.line.stats.failed += 1
      const answer = refused(refusal(KINDS[error.kind] ?? 'dead', error.words))
      return calls.map(() => answer)
    }
    const answers = readReply(calls, reply, this.secrets)
    const limited = answers.find((answer) => answer?.ok === false && answer.refusal.kind === 'rate')
    if (limited?.ok === false) {
      this.line.stats.rateLimited += 1
      this.pace.limited(limited.refusal.retryAfterMs)
    } else this.pace.fine()
    return answers
  }
}

const KINDS: Partial<Record<FailureKind, RefusalKind>> = {
  timeout: 'slow',
  'too-large': 'size',
  answer: 'malformed',
}

/** The refusal of a whole list, where the reply is one for all of its calls. */
function sameRefusal(answers: readonly (Answer | null)[]): Refusal | null {
  const [first] = answers
  if (first === null || first === undefined || first.ok) return null
  return answers.every((answer) => answer === first) ? first.refusal : null
}
