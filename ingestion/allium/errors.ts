import { z } from 'zod'
import type { Verdict } from '../http/options.ts'

const Fault = z.object({ loc: z.array(z.union([z.string(), z.number()])).optional(), msg: z.string() })
const Body = z.object({
  detail: z.union([z.string(), z.array(Fault)]).optional(),
  message: z.string().optional(),
  error: z.string().optional(),
})

/** Reads an error of Allium: the words sit in `detail` (a text or a list), `message` or `error`. */
export function judge(_status: number, body: string): Verdict {
  return { kind: null, code: null, text: wordsOf(body) }
}

function wordsOf(body: string): string | null {
  if (body.trim().startsWith('<')) return 'an HTML page'
  try {
    const { detail, message, error } = Body.parse(JSON.parse(body))
    if (Array.isArray(detail)) {
      return detail.map((fault) => `${fault.loc?.join('.') ?? ''} ${fault.msg}`.trim()).join('; ')
    }
    return detail ?? message ?? error ?? null
  } catch {
    return body.trim() === '' ? null : body
  }
}
