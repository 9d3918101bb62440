import { isDeepStrictEqual } from 'node:util'
import { isMap, isScalar, isSeq, parseDocument, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml'
import { checksumAddress } from '#core/address.ts'
import { TidemarkError } from '#core/errors.ts'
import type { Portfolio, Wallet } from '#core/portfolio.ts'
import { readPortfolio, type PortfolioSource } from './read.ts'

/** The file's text with one wallet changed, and what it then says. */
export type Edited = { readonly text: string; readonly portfolio: Portfolio }
/** Replaces [from, to) of the text. */
type Splice = { readonly from: number; readonly to: number; readonly text: string }

/**
 * Edits of the wallets in a portfolio file. Only the lines concerned change: comments, order, quotes and numbers of all
 * others stay as they were written. What comes out is read again, and has to differ in nothing else.
 * @throws TidemarkError PORTFOLIO_INVALID when the file has faults already, or is written in a way that cannot be edited
 */
export function addWallet(text: string, wallet: Wallet, source: PortfolioSource): Edited {
  const before = readPortfolio(text, source)
  const wallets = [...before.wallets, wallet]
  return edited(text, source, { ...before, wallets }, (root) => additionTo(text, root, wallet))
}

/** @param at place of the wallet in the file, from 0 */
export function removeWallet(text: string, at: number, source: PortfolioSource): Edited {
  const before = readPortfolio(text, source)
  const wallets = before.wallets.filter((_, index) => index !== at)
  return edited(text, source, { ...before, wallets }, (root) => removalOf(text, root, at))
}

/** @param at place of the wallet in the file, from 0 */
export function labelWallet(text: string, at: number, label: string | null, source: PortfolioSource): Edited {
  const before = readPortfolio(text, source)
  if (before.wallets[at]?.label === label) return { text, portfolio: before }
  const wallets = before.wallets.map((wallet, index) => (index === at ? { ...wallet, label } : wallet))
  return edited(text, source, { ...before, wallets }, (root) => {
    const item = listOf(root)?.items[at]
    return isMap(item) ? labelling(text, item, label) : null
  })
}

/** @param at place of the wallet in the file, from 0 */
export function rechainWallet(
  text: string,
  at: number,
  chains: readonly string[],
  source: PortfolioSource,
): Edited {
  const before = readPortfolio(text, source)
  if (isDeepStrictEqual(before.wallets[at]?.chains, chains)) return { text, portfolio: before }
  const wallets = before.wallets.map((wallet, index) => (index === at ? { ...wallet, chains } : wallet))
  return edited(text, source, { ...before, wallets }, (root) => {
    const item = listOf(root)?.items[at]
    const pair = isMap(item) ? pairOf(item, 'chains') : undefined
    if (pair === undefined) return null
    const value = pair.value as Node
    // A list with a line for each of them becomes one in brackets.
    const from =
      isSeq(value) && value.flow === true ? startOf(value) : text.indexOf(':', endOf(pair.key as Node)) + 1
    return { from, to: endOf(value), text: `${from === startOf(value) ? '' : ' '}${chainList(chains)}` }
  })
}

function edited(
  text: string,
  source: PortfolioSource,
  expected: Portfolio,
  edit: (root: YAMLMap) => Splice | null,
): Edited {
  if (text.startsWith('\uFEFF')) {
    const inner = edited(text.slice(1), source, expected, edit)
    return { ...inner, text: `\uFEFF${inner.text}` }
  }
  const root = parseDocument(text, { schema: 'failsafe', keepSourceTokens: true, logLevel: 'error' }).contents
  const splice = isMap(root) ? edit(root) : null
  if (splice === null) throw unable(source.path)
  const line = text.includes('\r\n') ? splice.text.replaceAll('\n', '\r\n') : splice.text
  const after = text.slice(0, splice.from) + line + text.slice(splice.to)
  const portfolio = read(after, source)
  if (!isDeepStrictEqual(portfolio, expected)) throw unable(source.path)
  return { text: after, portfolio }
}

function read(text: string, source: PortfolioSource): Portfolio {
  try {
    return readPortfolio(text, source)
  } catch {
    throw unable(source.path)
  }
}

function unable(path: string): TidemarkError {
  return new TidemarkError('PORTFOLIO_INVALID', {
    message: `${path} is written in a way that cannot be edited without touching more than this wallet. It is as it was.`,
    fix: 'Make the change by hand, under "wallets:".',
  })
}

function pairOf(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && key.value === name)
}

function listOf(root: YAMLMap): YAMLSeq | null {
  const value = pairOf(root, 'wallets')?.value
  return isSeq(value) ? value : null
}

function additionTo(text: string, root: YAMLMap, wallet: Wallet): Splice | null {
  const pair = pairOf(root, 'wallets')
  const list = listOf(root)
  const last = list?.items.at(-1) as Node | undefined
  if (pair === undefined) return newList(text, root, wallet)
  if (list === null || last === undefined) {
    const colon = text.indexOf(':', endOf(pair.key as Node)) + 1
    // An empty list in brackets makes place for one with a line an item, below it.
    const from = list === null ? lineEnd(text, colon) : colon
    const to = list === null ? from : endOf(list)
    const rest = list === null ? '' : text.slice(to, lineEnd(text, to))
    if (root.flow === true) return { from: colon, to, text: ` [${flowItem(wallet)}]` }
    return { from, to: lineEnd(text, to), text: `${rest}\n${blockItem(wallet, 2)}` }
  }
  if (list.flow === true) return { from: endOf(last), to: endOf(last), text: `, ${flowItem(wallet)}` }
  const at = lineEnd(text, endOf(last))
  return { from: at, to: at, text: `\n${blockItem(wallet, indentOf(list))}` }
}

function newList(text: string, root: YAMLMap, wallet: Wallet): Splice | null {
  if (root.flow === true) {
    const at = endOf(root.items.at(-1)?.value as Node | null)
    return at === 0 ? null : { from: at, to: at, text: `, wallets: [${flowItem(wallet)}]` }
  }
  const gap = text.endsWith('\n') ? '\n' : '\n\n'
  return { from: text.length, to: text.length, text: `${gap}wallets:\n${blockItem(wallet, 2)}\n` }
}

function removalOf(text: string, root: YAMLMap, at: number): Splice | null {
  const list = listOf(root)
  const item = list?.items[at] as Node | undefined
  if (list === null || item === undefined) return null
  const [before, after] = [list.items[at - 1], list.items[at + 1]] as (Node | undefined)[]
  if (list.flow === true) {
    if (before !== undefined) return { from: endOf(before), to: endOf(item), text: '' }
    return { from: startOf(item), to: after === undefined ? endOf(item) : startOf(after), text: '' }
  }
  const dash = text.lastIndexOf('-', startOf(item) - 1)
  const own = { from: text.lastIndexOf('\n', dash) + 1, to: afterLine(text, endOf(item)), text: '' }
  if (before !== undefined || after !== undefined) return own
  // The last one: what is left is an empty list, with whatever comments stood about it.
  const colon = text.indexOf(':', endOf(pairOf(root, 'wallets')?.key as Node)) + 1
  return { from: colon, to: own.to, text: ` []${text.slice(colon, own.from)}` }
}

function labelling(text: string, item: YAMLMap, label: string | null): Splice | null {
  const pairs = item.items
  const at = pairs.findIndex((pair) => pair === pairOf(item, 'label'))
  const pair = pairs[at]
  if (pair === undefined) {
    const address = pairOf(item, 'address')?.value as Node | undefined
    if (address === undefined || label === null) return null
    const from = endOf(address)
    const words = `label: ${JSON.stringify(label)}`
    if (item.flow === true) return { from, to: from, text: `, ${words}` }
    const end = lineEnd(text, from)
    return { from: end, to: end, text: `\n${' '.repeat(columnOf(text, item))}${words}` }
  }
  const value = pair.value as Node
  if (label !== null) return { from: startOf(value), to: endOf(value), text: JSON.stringify(label) }
  const [key, next, previous] = [pair.key as Node, pairs[at + 1], pairs[at - 1]]
  if (next !== undefined) return { from: startOf(key), to: startOf(next.key as Node), text: '' }
  return previous === undefined ? null : { from: endOf(previous.value as Node), to: endOf(value), text: '' }
}

const startOf = (node: Node): number => node.range?.[0] ?? 0

/** Where a node's own text ends: of one in lines that of its last part, since its range may take in what follows. */
function endOf(node: Node | null | undefined): number {
  if (node === null || node === undefined) return 0
  const last = (isMap(node) || isSeq(node)) && node.flow !== true ? node.items.at(-1) : undefined
  if (last === undefined) return node.range?.[1] ?? 0
  if (isMap(node)) {
    const { key, value } = last as Pair
    return Math.max(endOf(key as Node), endOf(value as Node | null))
  }
  return endOf(last as Node)
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  if (end < 0) return text.length
  return text[end - 1] === '\r' && end > at ? end - 1 : end
}

function afterLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end + 1
}

const columnOf = (text: string, node: Node): number =>
  startOf(node) - (text.lastIndexOf('\n', startOf(node) - 1) + 1)

function indentOf(list: YAMLSeq): number {
  const token = list.srcToken
  return token !== undefined && 'indent' in token ? token.indent : 2
}

function blockItem({ address, label, chains, ens }: Wallet, indent: number): string {
  const lines = [
    `- address: ${JSON.stringify(checksumAddress(address))}`,
    ...(label === null ? [] : [`  label: ${JSON.stringify(label)}`]),
    `  chains: ${chainList(chains)}`,
    ...(ens === undefined ? [] : [`  ens: ${ensText(ens)}`]),
  ]
  return lines.map((line) => ' '.repeat(indent) + line).join('\n')
}

function flowItem({ address, label, chains, ens }: Wallet): string {
  const parts = [
    `address: ${JSON.stringify(checksumAddress(address))}`,
    ...(label === null ? [] : [`label: ${JSON.stringify(label)}`]),
    `chains: ${chainList(chains)}`,
    ...(ens === undefined ? [] : [`ens: ${ensText(ens)}`]),
  ]
  return `{ ${parts.join(', ')} }`
}

const chainList = (chains: readonly string[]): string =>
  `[${chains.map((chain) => (/^[a-z][a-z0-9_]*$/.test(chain) ? chain : JSON.stringify(chain))).join(', ')}]`

const ensText = ({ name, block }: { name: string; block: number }): string =>
  `{ name: ${JSON.stringify(name)}, block: ${block} }`
