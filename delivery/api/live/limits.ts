/** What one server lets connections have. */
export type LiveLimits = {
  /** Connections in all, and of one user. */
  readonly connections: number
  readonly perUser: number
  /** Bytes of one message that is heard. */
  readonly message: number
  /** Messages and pings a minute that are heard of one connection. */
  readonly perMinute: number
  /** Bytes that may wait for a reader; beyond them it misses messages, and for so long before it is cut off. */
  readonly waiting: number
  readonly waitMs: number
  /** How long it may take to say who one is. */
  readonly ticketMs: number
  /** Between two pings; who does not answer two of them is gone. */
  readonly pingMs: number
  /** Between two looks at whether everybody may still be here. */
  readonly recheckMs: number
  /** Between two looks at whether the store has moved. */
  readonly storeMs: number
}

export const LIMITS: LiveLimits = {
  connections: 12_000,
  perUser: 100,
  message: 65_536,
  perMinute: 100,
  waiting: 262_144,
  waitMs: 10_000,
  ticketMs: 5_000,
  pingMs: 30_000,
  recheckMs: 5_000,
  storeMs: 2_000,
}

/** Why a connection ends, in the codes of RFC 6455 and one of ours. */
export const CLOSE = {
  goingAway: 1001,
  binary: 1003,
  policy: 1008,
  /** Too slow, or too many: to be tried again later. */
  later: 1013,
  /** Who it is has to be shown again. */
  signIn: 4401,
} as const
