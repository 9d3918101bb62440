import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { readAddress } from '#core/address.ts'
import { TidemarkError } from '#core/errors.ts'
import type { Portfolio, Wallet } from '#core/portfolio.ts'
import type { Edited } from '#config/portfolio/edit.ts'
import type { PortfolioSource } from '#config/portfolio/read.ts'
import type { Cli } from '../../cli/context.ts'
import { readConfig, readText } from '../../wiring/config.ts'
import { isInvented } from '../../wiring/invented.ts'
import { PORTFOLIO_FILE, portfolioInForce } from '../../wiring/portfolio.ts'

/** The portfolio file as it stands. */
export type PortfolioFile = {
  readonly path: string
  /** It is not there yet, and `text` is what it would begin with. */
  readonly missing?: true
  readonly text: string
  readonly portfolio: Portfolio
  readonly source: PortfolioSource
}

/**
 * The portfolio file that wallets are entered into.
 * @throws TidemarkError PORTFOLIO_INVALID when there is none, or it has faults
 */
export async function portfolioFile(cli: Cli): Promise<PortfolioFile> {
  const path = portfolioInForce(readConfig(cli))
  return present(cli, path)
}

/**
 * The same, or where none is named and none is here, one that begins in the working directory.
 * @throws TidemarkError PORTFOLIO_INVALID when the one that is named is not there, or has faults
 */
export async function portfolioFileOrNew(cli: Cli): Promise<PortfolioFile> {
  const config = readConfig(cli)
  const path = portfolioInForce(config)
  if (path !== null || isInvented(config.dataDir)) return present(cli, path)
  const { readPortfolio } = await import('#config/portfolio/read.ts')
  const text = `name: main\nbaseCurrency: ${config.baseCurrency}\nwallets: []\n`
  const source = { path: join(process.cwd(), PORTFOLIO_FILE), owner: cli.globals.owner, now: Date.now() }
  return { path: source.path, missing: true, text, portfolio: readPortfolio(text, source), source }
}

async function present(cli: Cli, path: string | null): Promise<PortfolioFile> {
  const text = path === null ? null : readText(path, 'PORTFOLIO_INVALID')
  if (path === null || text === null) {
    throw new TidemarkError('PORTFOLIO_INVALID', {
      message: path === null ? 'There is no portfolio file here.' : `There is no portfolio file ${path}.`,
      fix: 'Run "tidemark init" to write one, or name yours with --portfolio, then run the same command again.',
    })
  }
  const { readPortfolio } = await import('#config/portfolio/read.ts')
  const source = { path, owner: cli.globals.owner, now: Date.now() }
  return { path, text, portfolio: readPortfolio(text, source), source }
}

/**
 * Puts the edited text in the file's place, whole or not at all.
 * @throws TidemarkError PORTFOLIO_INVALID when somebody else has changed the file since it was read
 */
export function replaceFile({ path, text, missing }: PortfolioFile, edited: Edited): void {
  if (missing === true) return beginFile(path, edited.text)
  // A link stays a link: what it leads to is replaced.
  const real = realpathSync(path)
  const partial = `${real}.${randomBytes(6).toString('hex')}.partial`
  try {
    const file = openSync(partial, 'wx', 0o600)
    try {
      // Whoever may read the file keeps that right, whatever the user's mask is.
      fchmodSync(file, statSync(real).mode & 0o777)
      writeFileSync(file, edited.text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    if (readText(real) !== text) throw changedMeanwhile(path)
    renameSync(partial, real)
  } catch (error) {
    rmSync(partial, { force: true })
    throw error
  }
}

/** For its owner alone: it says what somebody holds. */
function beginFile(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600, flush: true })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') throw changedMeanwhile(path)
    throw new TidemarkError('PORTFOLIO_INVALID', {
      message: `${path} cannot be written: ${message}.`,
      fix: 'Run the command in a folder of yours, or name a file with --portfolio.',
    })
  }
}

function changedMeanwhile(path: string): TidemarkError {
  return new TidemarkError('PORTFOLIO_INVALID', {
    message: `${path} was changed while it was being edited.`,
    fix: 'Run the same command again.',
  })
}

/**
 * Which wallet of the file is meant: by address, label or ENS name.
 * @returns its place, from 0
 * @throws TidemarkError INPUT_INVALID when it is none of them
 */
export function placeOf(text: string, { portfolio, path }: PortfolioFile): number {
  const { wallets } = portfolio
  const address = readAddress(text)
  const name = text.trim().toLowerCase()
  const place = wallets.findIndex((wallet) =>
    address.value === null
      ? wallet.label?.toLowerCase() === name || wallet.ens?.name.toLowerCase() === name
      : wallet.address === address.value,
  )
  if (place >= 0) return place
  throw new TidemarkError('INPUT_INVALID', {
    message:
      address.value === null
        ? `No wallet in ${path} has the label ${JSON.stringify(text.slice(0, 100))}.`
        : `The wallet ${address.value} is not in ${path}.`,
    fix: 'Copy its address or label from "tidemark wallets list".',
  })
}

/** How a wallet is called in what a command says. */
export const nameOf = ({ label, address }: Wallet): string =>
  label === null ? address : `${label} (${address})`
