import { TidemarkError, type ErrorCode } from '#core/errors.ts'

/** HTTP statuses of the project's errors. What a provider refuses is trouble of ours with it, not of the one who asks. */
const STATUSES: Readonly<Record<ErrorCode, number>> = {
  INTERNAL: 500,
  FILE_INVALID: 400,
  INPUT_INVALID: 400,
  USAGE: 400,
  LOTS_REFUSED: 409,
  DATA_MISSING: 404,
  CREDENTIAL_MISSING: 502,
  CREDENTIAL_REFUSED: 502,
  CONFIG_INVALID: 500,
  PORTFOLIO_INVALID: 422,
  FLOWS_INVALID: 422,
  STORE_UNAVAILABLE: 503,
  STORE_FULL: 507,
  STORE_READ_ONLY: 503,
  STORE_NEWER: 503,
  PROVIDER_UNAVAILABLE: 502,
  PROVIDER_REFUSED: 502,
  PROVIDER_ANSWER: 502,
  NOT_INITIALISED: 503,
  LEASE_HELD: 409,
  INTEGRITY: 500,
  INTERRUPTED: 503,
  TERMINATED: 503,
}

/** Codes that only a server has, with their statuses. */
const REFUSALS = {
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  CONFLICT: 409,
  UNSUPPORTED_TYPE: 415,
  TOO_LARGE: 413,
  MISDIRECTED: 421,
  KEY_REUSED: 422,
  TOO_MANY: 429,
  INVALID: 400,
  TIMEOUT: 408,
  BUSY: 503,
} as const
export type RefusalCode = keyof typeof REFUSALS

/** What a server says no with: the words are for the one who asks, and hold nothing that is another's. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode
  readonly fix: string
  readonly faults: readonly string[]
  /** Seconds after which it may be tried again. */
  readonly retryAfter: number | null

  constructor(
    code: RefusalCode,
    message: string,
    fix: string,
    more: { faults?: readonly string[]; retryAfter?: number } = {},
  ) {
    super(message)
    this.code = code
    this.fix = fix
    this.faults = more.faults ?? []
    this.retryAfter = more.retryAfter ?? null
  }

  get status(): number {
    return REFUSALS[this.code]
  }
}

/** An error as RFC 9457 has it, with our code and the next step. */
export type Problem = {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly fix: string
  readonly faults?: readonly string[]
  /** The request that it answers, as the log names it. */
  readonly instance?: string
}

/** Anything thrown, as a problem. Of an error that is not ours only the kind is told: it may quote an address with its key. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Refusal) {
    const { status, code, message, fix, faults } = thrown
    return problem(status, code, message, fix, faults)
  }
  if (thrown instanceof TidemarkError) {
    const { code, message, fix, faults } = thrown
    return problem(STATUSES[code], code, message, fix, faults)
  }
  const kind = thrown instanceof Error ? thrown.name : typeof thrown
  return problem(
    500,
    'INTERNAL',
    `Unexpected ${kind}.`,
    'This is a fault of tidemark: look for the request in its log and report it.',
  )
}

/** What everybody may know of a fault of the server; where it lies stands in its log. */
const GENERAL: Readonly<Record<string, string>> = {
  STORE_READ_ONLY: 'The store can only be read for now: nothing was changed.',
  STORE_FULL: 'The disk of the server is full: nothing was changed.',
  STORE_UNAVAILABLE: 'The store does not answer for now.',
}

/**
 * A problem as those may read it who do not look after the server. Words about a fault of it quote places: files, hosts.
 */
export function withoutPlaces(problem: Problem): Problem {
  const { code, status } = problem
  if (status < 500 || code in REFUSALS) return problem
  const { faults: _, ...rest } = problem
  return {
    ...rest,
    detail: GENERAL[code] ?? 'The server could not answer this.',
    fix: 'Try again later; an admin finds the reason in the log of the server, under the id of this request.',
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request is not valid',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'The request took too long to arrive',
  409: 'In conflict with what is there',
  413: 'Too large',
  415: 'Unsupported type of content',
  421: 'Not this server',
  422: 'Not valid in its content',
  429: 'Too many requests',
  502: 'A provider failed',
  503: 'Not available for now',
  507: 'The disk is full',
}

export const titleOf = (status: number): string => TITLES[status] ?? 'Something went wrong'

function problem(
  status: number,
  code: string,
  detail: string,
  fix: string,
  faults: readonly string[] = [],
): Problem {
  const title = titleOf(status)
  return { type: 'about:blank', title, status, code, detail, fix, ...(faults.length > 0 ? { faults } : {}) }
}
