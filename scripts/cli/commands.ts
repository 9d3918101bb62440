import type { CommandModule } from './command.ts'

type Entry = {
  readonly name: string
  readonly group: string
  readonly summary: string
  /** Loaded when the command is called: a cold start pays for one command, not for all of them. */
  readonly load: () => Promise<CommandModule>
}

const BEGIN = 'Begin:'
const IN = 'Bring data in:'
const READ = 'Read:'
const CARE = 'Look after it:'

/**
 * Every command, in the order in which help lists them. One of two words (`flows add`) is a command of its own, since
 * commander would give `flows` the options that are meant for `add`.
 */
export const COMMANDS: readonly Entry[] = [
  {
    name: 'demo',
    group: BEGIN,
    summary: 'the whole pipeline on an invented market: no network, no key',
    load: () => import('../commands/demo.ts'),
  },
  {
    name: 'init',
    group: BEGIN,
    summary: 'write a portfolio to edit and create the store',
    load: () => import('../commands/init.ts'),
  },
  {
    name: 'ingest',
    group: IN,
    summary: 'coins, hourly prices, wallets and flows: what the store lacks',
    load: () => import('../commands/ingest.ts'),
  },
  {
    name: 'backfill',
    group: IN,
    summary: 'everything the store is meant to hold, oldest gap first',
    load: () => import('../commands/backfill.ts'),
  },
  {
    name: 'schedule',
    group: IN,
    summary: 'ingest by the clock, until it is stopped',
    load: () => import('../commands/schedule.ts'),
  },
  {
    name: 'worker',
    group: IN,
    summary: 'do the work that backfill --queue and schedule --queue hand out',
    load: () => import('../commands/worker.ts'),
  },
  {
    name: 'jobs',
    group: IN,
    summary: 'what is in the work queue: waiting, under way, parked and why, done',
    load: () => import('../commands/jobs.ts'),
  },
  {
    name: 'jobs retry',
    group: IN,
    summary: 'have parked work tried again',
    load: () => import('../commands/jobs/retry.ts'),
  },
  {
    name: 'import',
    group: IN,
    summary: 'flows from a file: our own, or the export of an exchange or another program',
    load: () => import('../commands/import.ts'),
  },
  {
    name: 'wallets add',
    group: IN,
    summary: 'wallets into the portfolio file, by address or ENS name',
    load: () => import('../commands/wallets/add.ts'),
  },
  {
    name: 'wallets remove',
    group: IN,
    summary: 'take a wallet out of the portfolio file',
    load: () => import('../commands/wallets/remove.ts'),
  },
  {
    name: 'wallets label',
    group: IN,
    summary: 'give a wallet a name',
    load: () => import('../commands/wallets/label.ts'),
  },
  {
    name: 'wallets chains',
    group: IN,
    summary: 'the chains that a wallet is read on: add some, take some out',
    load: () => import('../commands/wallets/chains.ts'),
  },
  {
    name: 'wallets check',
    group: IN,
    summary: 'addresses, and what is wrong with them: no store, no network',
    load: () => import('../commands/wallets/check.ts'),
  },
  {
    name: 'flows add',
    group: IN,
    summary: 'one flow by hand',
    load: () => import('../commands/flows/add.ts'),
  },
  {
    name: 'flows edit',
    group: IN,
    summary: 'correct a flow; the old version is kept',
    load: () => import('../commands/flows/edit.ts'),
  },
  {
    name: 'flows remove',
    group: IN,
    summary: 'take a flow out; later imports leave it out too',
    load: () => import('../commands/flows/remove.ts'),
  },
  {
    name: 'flows restore',
    group: IN,
    summary: 'what was edited or removed by hand, and bring it back',
    load: () => import('../commands/flows/restore.ts'),
  },
  {
    name: 'transfers match',
    group: IN,
    summary: 'pair what left one own wallet with what came into another',
    load: () => import('../commands/transfers/match.ts'),
  },
  {
    name: 'prices import',
    group: IN,
    summary: 'prices by hand, from a file',
    load: () => import('../commands/prices/import.ts'),
  },
  {
    name: 'serve',
    group: READ,
    summary: 'the API, for this machine alone unless told otherwise',
    load: () => import('../commands/serve.ts'),
  },
  {
    name: 'pnl',
    group: READ,
    summary: 'what each token made in each hour, and why',
    load: () => import('../commands/pnl.ts'),
  },
  {
    name: 'lots',
    group: READ,
    summary: 'tax lots: what is open, what was realised, lot by lot, and why',
    load: () => import('../commands/lots.ts'),
  },
  {
    name: 'gains',
    group: READ,
    summary: 'what was realised, by year, asset and term; Form 8949 and other CSV',
    load: () => import('../commands/gains.ts'),
  },
  {
    name: 'trades',
    group: READ,
    summary: 'every flow with its value, fee, quality and gain',
    load: () => import('../commands/trades.ts'),
  },
  {
    name: 'value',
    group: READ,
    summary: 'what every portfolio is worth at an hour, and a snapshot of each',
    load: () => import('../commands/value.ts'),
  },
  {
    name: 'coins',
    group: READ,
    summary: 'coins by market cap, as last pulled',
    load: () => import('../commands/coins.ts'),
  },
  {
    name: 'prices',
    group: READ,
    summary: 'hourly marks and candles',
    load: () => import('../commands/prices.ts'),
  },
  {
    name: 'prices check',
    group: READ,
    summary: 'compare all sources of a price hour by hour',
    load: () => import('../commands/prices/check.ts'),
  },
  {
    name: 'holdings',
    group: READ,
    summary: 'what is held, by asset and wallet',
    load: () => import('../commands/holdings.ts'),
  },
  {
    name: 'balances',
    group: READ,
    summary: 'what wallets hold, read from their chains now or at any block',
    load: () => import('../commands/balances.ts'),
  },
  {
    name: 'tokens list',
    group: READ,
    summary: 'tokens that were met on chains, and how each counts',
    load: () => import('../commands/tokens.ts'),
  },
  {
    name: 'tokens confirm',
    group: READ,
    summary: 'count a token that was kept aside',
    load: () => import('../commands/tokens/decide.ts'),
  },
  {
    name: 'tokens hide',
    group: READ,
    summary: 'leave a token out of every table and total',
    load: () => import('../commands/tokens/decide.ts'),
  },
  {
    name: 'wallets list',
    group: READ,
    summary: 'the wallets of the portfolio',
    load: () => import('../commands/wallets/list.ts'),
  },
  {
    name: 'flows',
    group: READ,
    summary: 'what came in and went out',
    load: () => import('../commands/flows.ts'),
  },
  {
    name: 'runs',
    group: READ,
    summary: 'what was run and how it ended',
    load: () => import('../commands/runs.ts'),
  },
  {
    name: 'gaps',
    group: READ,
    summary: 'what is missing and why, and samples kept aside',
    load: () => import('../commands/gaps.ts'),
  },
  {
    name: 'gaps accept',
    group: READ,
    summary: 'take a sample that was kept aside',
    load: () => import('../commands/gaps/decide.ts'),
  },
  {
    name: 'gaps reject',
    group: READ,
    summary: 'keep it out for good',
    load: () => import('../commands/gaps/decide.ts'),
  },
  {
    name: 'export',
    group: READ,
    summary: 'prices, holdings, flows or PnL as CSV or JSON',
    load: () => import('../commands/export.ts'),
  },
  {
    name: 'config',
    group: CARE,
    summary: 'every setting with its value and origin',
    load: () => import('../commands/config.ts'),
  },
  {
    name: 'doctor',
    group: CARE,
    summary: 'what is wrong, and how to mend it',
    load: () => import('../commands/doctor.ts'),
  },
  {
    name: 'verify',
    group: CARE,
    summary: 'check every byte that is stored',
    load: () => import('../commands/verify.ts'),
  },
  {
    name: 'backup',
    group: CARE,
    summary: 'a consistent copy of the store, also while a job runs',
    load: () => import('../commands/backup.ts'),
  },
  {
    name: 'restore',
    group: CARE,
    summary: 'bring a backup back; the present store is kept beside it',
    load: () => import('../commands/restore.ts'),
  },
  {
    name: 'store stats',
    group: CARE,
    summary: 'what lies where in the store, in rows and bytes',
    load: () => import('../commands/store/stats.ts'),
  },
  {
    name: 'store copy',
    group: CARE,
    summary: 'everything from one store into another, compared in the end',
    load: () => import('../commands/store/copy.ts'),
  },
  {
    name: 'users list',
    group: CARE,
    summary: 'who may sign in to the service',
    load: () => import('../commands/users.ts'),
  },
  {
    name: 'users add',
    group: CARE,
    summary: 'an account for the service',
    load: () => import('../commands/users/add.ts'),
  },
  {
    name: 'users disable',
    group: CARE,
    summary: 'sign an account out and keep it out',
    load: () => import('../commands/users/edit.ts'),
  },
  {
    name: 'users enable',
    group: CARE,
    summary: 'let it in again',
    load: () => import('../commands/users/edit.ts'),
  },
  {
    name: 'users remove',
    group: CARE,
    summary: 'take an account away',
    load: () => import('../commands/users/edit.ts'),
  },
  {
    name: 'users password',
    group: CARE,
    summary: 'set another password',
    load: () => import('../commands/users/edit.ts'),
  },
  {
    name: 'users token',
    group: CARE,
    summary: 'tokens for programs: make, list, revoke',
    load: () => import('../commands/users/token.ts'),
  },
  {
    name: 'completion',
    group: CARE,
    summary: 'print a completion script for bash, zsh or fish',
    load: () => import('../commands/completion.ts'),
  },
]

/** The command line with the words of a two-word command put together, as commander looks it up. */
export function joinWords(argv: readonly string[]): string[] {
  const at = argv.findIndex((word, index) =>
    COMMANDS.some(({ name }) => name === `${word} ${argv[index + 1] ?? ''}`),
  )
  if (at < 0) return [...argv]
  return [...argv.slice(0, at), `${argv[at]} ${argv[at + 1]}`, ...argv.slice(at + 2)]
}
