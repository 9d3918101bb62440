import type { Command } from 'commander'
import { checksumAddress, nobodysAddress, readAddress } from '#core/address.ts'
import { TidemarkError } from '#core/errors.ts'
import type { Wallet } from '#core/portfolio.ts'
import type { Edited } from '#config/portfolio/edit.ts'
import { examples, type Act } from '../../cli/command.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { count } from '../../cli/plan-text.ts'
import { textList, usage } from '../../cli/values.ts'
import { nameOf, portfolioFileOrNew, replaceFile, type PortfolioFile } from './file.ts'
import { walletDocument } from './list.ts'

type Options = { label?: string; chain?: string[] }

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark wallets add 0x… --label cold', 'on ethereum'],
    ['tidemark wallets add 0x… 0x… --chain ethereum base', 'two of them, on two chains'],
    ['tidemark wallets add name.eth', 'looked up now; the address is what the file keeps'],
  ])
    .argument('<address...>', 'addresses (0x and 40 digits) or ENS names')
    .option('--label <name>', 'what it is called, in tables and in flows.csv')
    .option('--chain <name...>', 'chains to read it on (default: ethereum)', textList)
    .action(act(run))
}

async function run(cli: Cli, texts: string[], options: Options): Promise<Outcome> {
  if (options.label !== undefined && texts.length > 1)
    throw usage(
      '--label names one wallet, and several are given.',
      'Add them one by one, or leave --label out.',
    )
  const file = await portfolioFileOrNew(cli)
  const shape = await shapeOf(options, file)
  const wallets = await walletsOf(cli, texts, shape, file)
  const { addWallet } = await import('#config/portfolio/edit.ts')
  let edited: Edited = { text: file.text, portfolio: file.portfolio }
  for (const wallet of wallets) edited = addWallet(edited.text, wallet, file.source)
  replaceFile(file, edited)
  for (const { address } of wallets) {
    const note = nobodysAddress(address)
    if (note !== null) cli.out.warn(`! ${checksumAddress(address)} is ${note}.`)
  }
  return {
    exitCode: 0,
    text: () =>
      [
        ...wallets.map((wallet) => `added   ${nameOf(wallet)} on ${wallet.chains.join(', ')}${from(wallet)}`),
        `${file.path} ${file.missing === true ? 'was written and ' : ''}has ${count(edited.portfolio.wallets.length, 'wallet')} now. "tidemark ingest" reads ${edited.portfolio.wallets.length === 1 ? 'it' : 'them'}.`,
      ].join('\n'),
    document: () => ({ file: file.path, added: wallets.map(walletDocument) }),
  }
}

const from = ({ ens }: Wallet): string =>
  ens === undefined ? '' : `, which ${ens.name} stood for at block ${ens.block}`

/** Label and chains as the portfolio file takes them. @throws TidemarkError INPUT_INVALID */
async function shapeOf(
  { label, chain = ['ethereum'] }: Options,
  { portfolio }: PortfolioFile,
): Promise<Pick<Wallet, 'label' | 'chains'>> {
  const { readChain, readLabel } = await import('#config/portfolio/values.ts')
  const chains = chain.map((text) => {
    const { value, fault } = readChain(text, portfolio.chains)
    if (value === null)
      throw invalid(`--chain: ${fault}.`, 'Name the chains one by one, with a space between them.')
    return value
  })
  if (label === undefined) return { label: null, chains: [...new Set(chains)] }
  const { value, fault } = readLabel(label)
  if (value === null) throw invalid(`--label: ${fault}.`, 'Choose another label.')
  const taken = portfolio.wallets.find((wallet) => wallet.label?.toLowerCase() === value.toLowerCase())
  if (taken !== undefined)
    throw invalid(
      `The label "${value}" is that of ${checksumAddress(taken.address)}.`,
      'Choose another label.',
    )
  return { label: value, chains: [...new Set(chains)] }
}

/** Every fault at once, and nothing is added where there is any. */
async function walletsOf(
  cli: Cli,
  texts: readonly string[],
  shape: Pick<Wallet, 'label' | 'chains'>,
  file: PortfolioFile,
): Promise<Wallet[]> {
  const faults: string[] = []
  const wallets: Wallet[] = []
  for (const text of texts) {
    const found = await addressOf(cli, text, file)
    if (typeof found === 'string') faults.push(found)
    else {
      const fault = duplicate(found.address, [...file.portfolio.wallets, ...wallets])
      if (fault === null) wallets.push({ ...found, ...shape })
      else faults.push(fault)
    }
  }
  if (faults.length === 0) return wallets
  throw new TidemarkError('INPUT_INVALID', {
    message: texts.length === 1 ? 'The wallet was not added.' : 'None of the wallets was added.',
    faults,
    fix: 'Correct or leave out what is named here, then run the command again; "tidemark wallets check" tries addresses.',
  })
}

async function addressOf(
  cli: Cli,
  text: string,
  file: PortfolioFile,
): Promise<Pick<Wallet, 'address' | 'ens'> | string> {
  const { value, fault } = readAddress(text)
  if (value !== null) return { address: value }
  if (!isName(text)) return fault
  const { resolveEns } = await import('./ens.ts')
  return await resolveEns(cli, text.trim(), file)
}

/** A name with a dot that is no address of any other kind. */
const isName = (text: string): boolean => /^[^\s:]{1,250}\.[^\s.:]{2,60}$/.test(text.trim())

function duplicate(address: string, wallets: readonly Wallet[]): string | null {
  const there = wallets.find((wallet) => wallet.address === address)
  return there === undefined
    ? null
    : `${checksumAddress(address)} is there already${there.label === null ? '' : ` as "${there.label}"`}, on ${there.chains.join(', ')}: "tidemark wallets chains ${checksumAddress(address)} --add CHAIN" adds chains to it`
}

function invalid(message: string, fix: string): TidemarkError {
  return new TidemarkError('INPUT_INVALID', { message, fix })
}
