/** What the caller does next, as a process exit code (docs/errors.md). */
export const EXIT = {
  complete: 0,
  failed: 1,
  usage: 2,
  someMissing: 3,
  credential: 4,
  config: 5,
  store: 6,
  provider: 7,
  notInitialised: 10,
  leaseHeld: 11,
  integrity: 12,
  interrupted: 130,
  terminated: 143,
} as const

/** Every error code and the exit code it ends a command with. Each is explained in docs/errors.md. */
export const ERROR_CODES = {
  INTERNAL: EXIT.failed,
  FILE_INVALID: EXIT.failed,
  INPUT_INVALID: EXIT.usage,
  USAGE: EXIT.usage,
  LOTS_REFUSED: EXIT.failed,
  DATA_MISSING: EXIT.someMissing,
  CREDENTIAL_MISSING: EXIT.credential,
  CREDENTIAL_REFUSED: EXIT.credential,
  CONFIG_INVALID: EXIT.config,
  PORTFOLIO_INVALID: EXIT.config,
  FLOWS_INVALID: EXIT.config,
  STORE_UNAVAILABLE: EXIT.store,
  STORE_FULL: EXIT.store,
  STORE_READ_ONLY: EXIT.store,
  STORE_NEWER: EXIT.store,
  PROVIDER_UNAVAILABLE: EXIT.provider,
  PROVIDER_REFUSED: EXIT.provider,
  PROVIDER_ANSWER: EXIT.provider,
  NOT_INITIALISED: EXIT.notInitialised,
  LEASE_HELD: EXIT.leaseHeld,
  INTEGRITY: EXIT.integrity,
  INTERRUPTED: EXIT.interrupted,
  TERMINATED: EXIT.terminated,
} as const
export type ErrorCode = keyof typeof ERROR_CODES

export type ErrorDetails = {
  /** What was found and what is needed, with the place. Never holds a secret. */
  readonly message: string
  /** The next step, as a command or an edit. */
  readonly fix: string
  /** What was tried before giving up. */
  readonly tried?: readonly string[]
  /** Several faults found at once, each with its place. */
  readonly faults?: readonly string[]
  readonly cause?: unknown
}

/** The one error of the project: a code, what was found, and the next step. */
export class TidemarkError extends Error {
  override readonly name = 'TidemarkError'
  readonly code: ErrorCode
  readonly fix: string
  readonly tried: readonly string[]
  readonly faults: readonly string[]

  constructor(code: ErrorCode, details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.fix = details.fix
    this.tried = details.tried ?? []
    this.faults = details.faults ?? []
  }

  get exitCode(): number {
    return ERROR_CODES[this.code]
  }
}
