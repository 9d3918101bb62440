import { basename, dirname, resolve } from 'node:path'
import type { Node } from 'yaml'
import { readAddress } from '#core/address.ts'
import type { Quote } from '#core/asset.ts'
import type { OwnChain } from '#core/chain.ts'
import { TidemarkError } from '#core/errors.ts'
import type { ManualHolding, Portfolio, Wallet } from '#core/portfolio.ts'
import { readTime } from '#core/time.ts'
import { readBaseCurrency } from '../base-currency.ts'
import { chainsOf } from './chains.ts'
import { fieldsOf, itemsOf, valueOf } from './nodes.ts'
import { outline, type Faults } from './outline.ts'
import * as values from './values.ts'

export type PortfolioSource = {
  /** Path of the file: faults name it, and `flows:` is relative to its folder. */
  readonly path: string
  readonly owner: string
  /** Where given, a `since` before 2009 or in the future is refused. */
  readonly now?: number
}

const MAX_CHARACTERS = 2_000_000
const MAX_FAULTS = 100

/**
 * Reads a portfolio file. Strict: unknown and duplicate keys, wrong types, anchors and doubtful values are faults.
 * It imports the YAML parser, which takes 25 ms: import this file only where there is a portfolio to read.
 * @throws TidemarkError PORTFOLIO_INVALID with every fault, each with line and column
 */
export function readPortfolio(text: string, source: PortfolioSource): Portfolio {
  const file = basename(source.path)
  if (text.length > MAX_CHARACTERS) {
    throw invalid(source.path, [`${file}:1:1: is larger than 2 MB, which is no portfolio`])
  }
  const { root, faults } = outline(text.replace(/^\uFEFF/, ''), file)
  if (root === null && faults.list.length === 0) {
    throw invalid(
      source.path,
      [`${file}:1:1: the file is empty`],
      'Run "tidemark init" to write one to edit.',
    )
  }
  const portfolio = root === null ? null : portfolioOf(root, source, faults)
  if (portfolio === null || faults.list.length > 0) throw invalid(source.path, faults.texts())
  return portfolio
}

function invalid(path: string, faults: readonly string[], fix?: string): TidemarkError {
  const shown = faults.slice(0, MAX_FAULTS)
  const left = faults.length - shown.length
  return new TidemarkError('PORTFOLIO_INVALID', {
    message: `The portfolio file ${path} has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}.`,
    faults: left > 0 ? [...shown, `and ${left} more`] : shown,
    fix: fix ?? 'Correct them in the file and run the same command again.',
  })
}

function portfolioOf(root: Node, source: PortfolioSource, faults: Faults): Portfolio | null {
  const fields = fieldsOf(
    root,
    'the portfolio',
    { required: ['name'], optional: ['baseCurrency', 'chains', 'wallets', 'holdings', 'flows'] },
    faults,
  )
  if (fields === null) return null
  const folder = dirname(resolve(source.path))
  const name = valueOf(fields.get('name'), 'name', values.readName, faults)
  const flows = valueOf(fields.get('flows'), 'flows', (path) => values.readFlowsPath(path, folder), faults)
  const chains = chainsOf(itemsOf(fields.get('chains'), 'chains', faults), faults)
  const portfolio: Portfolio = {
    owner: source.owner,
    name: name ?? '',
    baseCurrency:
      valueOf(fields.get('baseCurrency'), 'baseCurrency', readBaseCurrency, faults) ?? ('usd' as Quote),
    wallets: walletsOf(itemsOf(fields.get('wallets'), 'wallets', faults), chains, faults),
    ...(chains.length === 0 ? {} : { chains }),
    holdings: itemsOf(fields.get('holdings'), 'holdings', faults).flatMap((node, at) =>
      holdingOf(node, `holdings[${at}]`, source.now, faults),
    ),
    flowsFile: flows,
  }
  return portfolio
}

function walletsOf(nodes: readonly Node[], own: readonly OwnChain[], faults: Faults): Wallet[] {
  const seen = new Map<string, string>()
  const once = (key: string, node: Node, words: (place: string) => string) => {
    const first = seen.get(key)
    if (first !== undefined) faults.add(node, words(first))
    else seen.set(key, faults.position(node.range?.[0] ?? 0))
  }
  return nodes.flatMap((node, at) => {
    const wallet = walletOf(node, `wallets[${at}]`, own, faults)
    if (wallet === null) return []
    const { address, label } = wallet
    once(
      `address ${address}`,
      node,
      (place) => `the wallet ${address} is already at ${place}: give it once, with all its chains`,
    )
    if (label !== null) {
      const words = (place: string) => `the label "${label}" is already taken at ${place}: choose another`
      once(`label ${label.toLowerCase()}`, node, words)
    }
    return [wallet]
  })
}

function walletOf(node: Node, what: string, own: readonly OwnChain[], faults: Faults): Wallet | null {
  const keys = { required: ['address', 'chains'], optional: ['label', 'ens'] }
  const fields = fieldsOf(node, what, keys, faults)
  if (fields === null) return null
  const address = valueOf(fields.get('address'), `${what}.address`, readAddress, faults)
  const label = valueOf(fields.get('label'), `${what}.label`, values.readLabel, faults)
  const chainNodes = itemsOf(fields.get('chains'), `${what}.chains`, faults)
  if (fields.has('chains') && chainNodes.length === 0 && faults.list.length === 0) {
    faults.add(fields.get('chains') ?? node, `${what}.chains names no chain: write it as [ethereum, base]`)
  }
  const chains = chainNodes.flatMap((chain, at) => {
    const read = (text: string) => values.readChain(text, own)
    const id = valueOf(chain, `${what}.chains[${at}]`, read, faults)
    return id === null ? [] : [id]
  })
  const twice = chains.find((chain, at) => chains.indexOf(chain) !== at)
  if (twice !== undefined)
    faults.add(fields.get('chains'), `${what}.chains has ${twice} twice: keep one of them`)
  const ens = fields.has('ens') ? ensOf(fields.get('ens') ?? null, `${what}.ens`, faults) : null
  return address === null ? null : { address, label, chains, ...(ens === null ? {} : { ens }) }
}

function ensOf(node: Node | null, what: string, faults: Faults): NonNullable<Wallet['ens']> | null {
  const fields = fieldsOf(node, what, { required: ['name', 'block'], optional: [] }, faults)
  if (fields === null) return null
  const name = valueOf(fields.get('name'), `${what}.name`, values.readEnsName, faults)
  const block = valueOf(fields.get('block'), `${what}.block`, values.readBlock, faults)
  return name === null || block === null ? null : { name, block }
}

function holdingOf(node: Node, what: string, now: number | undefined, faults: Faults): ManualHolding[] {
  const keys = { required: ['asset', 'quantity'], optional: ['unitCost', 'since'] }
  const fields = fieldsOf(node, what, keys, faults)
  if (fields === null) return []
  const asset = valueOf(fields.get('asset'), `${what}.asset`, values.readAsset, faults)
  const quantity = valueOf(fields.get('quantity'), `${what}.quantity`, values.readQuantity, faults)
  const unitCost = valueOf(fields.get('unitCost'), `${what}.unitCost`, values.readUnitCost, faults)
  const since = valueOf(fields.get('since'), `${what}.since`, (text) => readTime(text, now), faults)
  return asset === null || quantity === null ? [] : [{ asset, quantity, unitCost, since }]
}
