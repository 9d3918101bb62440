// Writes core/chain-list.ts from viem's chains: run `node scripts/chain-list.mjs` after an update of viem.
// With --check nothing is written: it exits with 1 when the file is not what it would write.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as viemChains from 'viem/chains'

const FILE = fileURLToPath(new URL('../core/chain-list.ts', import.meta.url))
const CHAIN = new URL('../core/chain.ts', import.meta.url)

/** Where Multicall3 stands on most chains; rows say `@block` for it. */
const MULTICALL3 = '0xca11bde05977b3631167028862be2a173976ca11'

/** Names that were there before the list, by id: they stay. */
const known = new Map(
  [...readFileSync(CHAIN, 'utf8').matchAll(/^ {2}\['([^']+)', 'eip155:(\d+)'/gm)].map(([, name, id]) => [
    Number(id),
    name,
  ]),
)

const all = Object.entries(viemChains).filter(([, chain]) => typeof chain === 'object' && 'id' in chain)

/** Of definitions that share an id the first main network stands; those like it give it further names. */
const byId = new Map()
for (const [name, chain] of all) byId.set(chain.id, [...(byId.get(chain.id) ?? []), { name, chain }])

const taken = new Set(known.values())
const unique = (name, id) => {
  const free = taken.has(name) ? `${name}-${id}` : name
  taken.add(free)
  return free
}

const rows = [...byId]
  .sort(([a], [b]) => a - b)
  .map(([id, same]) => {
    const { name, chain } = same.find(({ chain }) => !chain.testnet) ?? same[0]
    const symbolOf = (one) => one.nativeCurrency.symbol
    const alike = same.filter(
      (one) => !!one.chain.testnet === !!chain.testnet && symbolOf(one.chain) === symbolOf(chain),
    )
    const first = known.get(id) ?? unique(name.toLowerCase(), id)
    const others = alike.map((one) => one.name.toLowerCase()).filter((other) => !taken.has(other))
    for (const other of others) taken.add(other)
    const names = [first, ...new Set(others)].join(',')
    const { decimals } = chain.nativeCurrency
    return [
      names,
      id,
      symbolOf(chain),
      decimals === 18 ? '' : decimals,
      multicallOf(chain),
      urlsOf(chain),
      chain.testnet ? 't' : '',
    ]
      .join('|')
      .replace(/\|+$/, '')
  })

function multicallOf({ contracts }) {
  const found = contracts?.multicall3
  if (!found) return ''
  const address = found.address.toLowerCase()
  return `${address === MULTICALL3 ? '' : address}@${found.blockCreated ?? 0}`
}

function urlsOf({ rpcUrls }) {
  return rpcUrls.default.http
    .filter((url) => /^https:\/\/[^\s|@]+$/.test(url))
    .slice(0, 3)
    .join(' ')
}

for (const row of rows) if (/[`\\$]/.test(row)) throw new Error(`this row needs escaping: ${row}`)

const text = `// Written by scripts/chain-list.mjs from viem's chains: change nothing here by hand.

/**
 * EVM networks, one a line: names (the first is the one used, others are understood), id, symbol, decimals of its coin
 * where not 18, Multicall3 as address@block (without address: ${MULTICALL3}), public
 * endpoints, t for a test network.
 */
export const CHAIN_LIST = \`${rows.join('\n')}\`
`

if (process.argv.includes('--check')) {
  if (readFileSync(FILE, 'utf8') !== text) {
    console.error('core/chain-list.ts is not what scripts/chain-list.mjs writes: run it')
    process.exit(1)
  }
} else writeFileSync(FILE, text)
