import { checksumAddress, readAddress } from '#core/address.ts'
import { evmChainName } from '#core/chain.ts'
import type { Portfolio, Wallet } from '#core/portfolio.ts'
import { Refusal } from '../problem.ts'
import type { ApiIo, Handler } from '../types.ts'
import { portfolioOf } from './portfolio-of.ts'
import { isInFile, walletDocument } from './wallets.ts'

export const addWallet: Handler<'addWallet'> = async ({ owner, query, body }, io) => {
  const address = addressOf(body.address)
  const portfolio =
    (await firstOf(owner, query.portfolio, io)) ?? (await changeable(owner, query.portfolio, io))
  if (portfolio.wallets.some((wallet) => wallet.address === address))
    throw new Refusal(
      'CONFLICT',
      `${checksumAddress(address)} is already there.`,
      'PATCH it to change its label or chains.',
    )
  const added: Wallet = {
    address,
    label: labelOf(body.label, portfolio, address),
    chains: chainsOf(body.chains),
  }
  await io.store.writePortfolio({ ...portfolio, wallets: [...portfolio.wallets, added] })
  return walletDocument(added, owner, 0, io)
}

export const changeWallet: Handler<'changeWallet'> = async ({ owner, params, query, body }, io) => {
  const portfolio = await changeable(owner, query.portfolio, io)
  const known = walletOf(params.address, portfolio)
  const changed: Wallet = {
    ...known,
    label: body.label === undefined ? known.label : labelOf(body.label, portfolio, known.address),
    chains: body.chains === undefined ? known.chains : chainsOf(body.chains),
  }
  const wallets = portfolio.wallets.map((wallet) => (wallet === known ? changed : wallet))
  await io.store.writePortfolio({ ...portfolio, wallets })
  return walletDocument(changed, owner, 0, io)
}

export const removeWallet: Handler<'removeWallet'> = async ({ owner, params, query }, io) => {
  const portfolio = await changeable(owner, query.portfolio, io)
  const known = walletOf(params.address, portfolio)
  await io.store.writePortfolio({
    ...portfolio,
    wallets: portfolio.wallets.filter((wallet) => wallet !== known),
  })
  return null
}

/** A portfolio to begin with, for somebody who has none and names none; null for all others. */
async function firstOf(owner: string, name: string | undefined, io: ApiIo): Promise<Portfolio | null> {
  const isFiled = io.portfolioFile?.owner === owner
  if (name !== undefined || isFiled || (await io.store.portfolios(owner)).length > 0) return null
  return { owner, name: 'main', baseCurrency: io.baseCurrency, wallets: [], holdings: [], flowsFile: null }
}

/** A portfolio that a file says is changed in that file: the next command would read it again. */
async function changeable(owner: string, name: string | undefined, io: ApiIo): Promise<Portfolio> {
  const portfolio = await portfolioOf(owner, name, io)
  if (isInFile(portfolio, io))
    throw new Refusal(
      'CONFLICT',
      `The portfolio "${portfolio.name}" is kept in the file ${io.portfolioFile?.file ?? ''}.`,
      `Change it there, or with "tidemark wallets add".`,
    )
  return portfolio
}

function walletOf(text: string, { wallets }: Portfolio): Wallet {
  const address = addressOf(text)
  const known = wallets.find((wallet) => wallet.address === address)
  if (known !== undefined) return known
  throw new Refusal(
    'NOT_FOUND',
    'This wallet is not in the portfolio.',
    'GET /portfolio/wallets lists the ones there are.',
  )
}

function addressOf(text: string): string {
  const reading = readAddress(text)
  if (reading.fault === null) return reading.value
  throw new Refusal('INVALID', 'The address is not one of an EVM wallet.', 'Copy it again.', {
    faults: [`address: ${reading.fault}`],
  })
}

function labelOf(label: string | null, { wallets }: Portfolio, address: string): string | null {
  if (label === null) return null
  const taken = wallets.find((wallet) => wallet.label?.toLowerCase() === label.toLowerCase())
  if (taken === undefined || taken.address === address) return label
  throw new Refusal(
    'CONFLICT',
    `The label "${label}" is taken by ${checksumAddress(taken.address)}.`,
    'Choose another.',
  )
}

function chainsOf(names: readonly string[]): string[] {
  const read = names.map((name) => ({ name, chain: evmChainName(name) }))
  const faults = read
    .filter(({ chain }) => chain === null)
    .map(({ name }) => `chains: "${name}" is no chain that is known`)
  if (faults.length > 0)
    throw new Refusal(
      'INVALID',
      'A chain is not known.',
      'Use names such as ethereum, or CAIP-2 ids such as eip155:1.',
      { faults },
    )
  return [...new Set(read.flatMap(({ chain }) => chain ?? []))]
}
