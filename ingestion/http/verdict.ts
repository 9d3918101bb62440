import type { FailureKind } from './failure.ts'
import type { HttpResponse } from './exchange.ts'
import type { HttpOptions, Verdict } from './options.ts'
import { printable } from './text.ts'

const MESSAGE_LENGTH = 300

export type Meaning = {
  readonly kind: FailureKind
  readonly message: string
  readonly code: number | null
  readonly waitMs: number | null
}

/** What an answer with any status but 200 means, in words that can be shown. */
export function meaningOf(
  response: HttpResponse,
  base: URL,
  options: Pick<HttpOptions, 'judge' | 'secrets'>,
): Meaning {
  const { status, headers, text } = response
  if (status >= 300 && status < 400) {
    const to = redirectHost(headers['location'], base)
    const message = `HTTP ${status} redirects to ${printable(to, 100, options.secrets)}, which is not followed`
    return { kind: 'redirect', message, code: null, waitMs: null }
  }
  return meaning(status, options.judge?.(status, text) ?? null, options.secrets)
}

/** What a verdict about an answer means; where it names no kind, the status decides. */
export function meaning(status: number, verdict: Verdict | null, secrets: HttpOptions['secrets']): Meaning {
  const own = printable(verdict?.text ?? '', MESSAGE_LENGTH, secrets)
  const message = own === '' ? `HTTP ${status}` : `HTTP ${status}: ${own}`
  const { kind, code, waitMs } = verdict ?? {}
  return { kind: kind ?? kindOf(status), message, code: code ?? null, waitMs: waitMs ?? null }
}

function kindOf(status: number): FailureKind {
  if (status === 429) return 'rate-limited'
  if (status === 408 || status >= 500) return 'server'
  if (status === 401) return 'credential'
  if (status === 403) return 'forbidden'
  if (status === 404) return 'not-found'
  return status < 300 ? 'answer' : 'request'
}

function redirectHost(location: string | undefined, base: URL): string {
  return location !== undefined && URL.canParse(location, base.href)
    ? new URL(location, base).host
    : 'another place'
}
