/** What the server said no with (RFC 9457), or why nothing came back. */
export class Problem extends Error {
  override readonly name = 'Problem'
  /** 0 where no answer came at all. */
  readonly status: number
  readonly code: string
  /** The next step, in words for the reader. */
  readonly fix: string
  readonly faults: readonly string[]
  /** The request as the server's log names it; null where it never arrived. */
  readonly instance: string | null
  /** When it may be tried again, in milliseconds since 1970; null where the server asks nobody to wait. */
  readonly retryAt: number | null

  constructor(status: number, said: Said) {
    super(said.detail)
    this.status = status
    this.code = said.code
    this.fix = said.fix
    this.faults = said.faults ?? []
    this.instance = said.instance ?? null
    this.retryAt = said.retryAt ?? null
  }
}
type Said = {
  detail: string
  code: string
  fix: string
  faults?: string[]
  instance?: string
  retryAt?: number
}

/** The problem of an answer that is not what was asked for. */
export async function problemOf(response: Response): Promise<Problem> {
  const instance = response.headers.get('x-request-id')
  const said = (await response.json().catch(() => null)) as Partial<Said> | null
  return new Problem(response.status, {
    code: said?.code ?? 'UNKNOWN',
    detail: said?.detail ?? `The server answered ${String(response.status)} without a reason.`,
    fix: said?.fix ?? 'Try again; the log of the server has the request.',
    faults: said?.faults ?? [],
    ...(instance === null ? {} : { instance }),
    ...retryAtOf(response),
    ...(said?.instance === undefined ? {} : { instance: said.instance }),
  })
}

function retryAtOf(response: Response): { retryAt?: number } {
  const seconds = Number(response.headers.get('retry-after') ?? NaN)
  return seconds > 0 ? { retryAt: Date.now() + seconds * 1_000 } : {}
}

/** No answer came: the server is gone, or the line. */
export function unreachable(): Problem {
  return new Problem(0, {
    code: 'UNREACHABLE',
    detail: 'The server did not answer.',
    fix: 'Check that "tidemark serve" is running and that you are connected.',
  })
}
