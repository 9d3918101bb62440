import type { FailureKind } from '../http/failure.ts'
import type { Verdict } from '../http/options.ts'

/**
 * Reads an error of CoinGecko. Four shapes of JSON exist, beside plain text and the pages of its CDN; the same code
 * means different things under different statuses.
 */
export function judge(status: number, body: string): Verdict {
  const { code, text } = extract(body)
  return { kind: kindOf(status, code), code, text }
}

function kindOf(status: number, code: number | null): FailureKind | null {
  if (status === 401 && code === 10012) return 'plan-reach'
  if (code === 10002) return 'credential'
  if (code === 10010 || code === 10011) return 'config'
  if (code === 10005) return 'forbidden'
  // Anything else means what its status means.
  return null
}

function extract(body: string): { code: number | null; text: string | null } {
  const trimmed = body.trim()
  if (trimmed === '') return { code: null, text: null }
  if (trimmed.startsWith('<')) return { code: null, text: 'an HTML page' }
  const top = objectOf(parsed(trimmed))
  if (top === null) return { code: null, text: trimmed }
  const error = objectOf(top['error'])
  const status = objectOf(error?.['status']) ?? objectOf(top['status']) ?? error ?? top
  const code = numberOf(status['error_code']) ?? numberOf(top['error_code'])
  const text = textOf(status['error_message']) ?? textOf(top['error']) ?? textOf(top['error_message'])
  return { code, text }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function objectOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}
const numberOf = (value: unknown) => (typeof value === 'number' ? value : null)
const textOf = (value: unknown) => (typeof value === 'string' ? value : null)
