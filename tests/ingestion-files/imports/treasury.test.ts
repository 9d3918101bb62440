import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { Decimal, formatDecimal, ZERO } from '#core/decimal.ts'
import { readMapping } from '#ingestion/imports/mapping.ts'
import { sharedData, WHY_SKIPPED } from '../../support/shared-data.ts'
import { readText } from './support.ts'

const present = sharedData()
if (!present) console.log(`skipped: ${WHY_SKIPPED}`)
const file = (name: string) => new URL(`../../../../shared/data/treasury/${name}`, import.meta.url)

/** The mapping that docs/import.md shows. */
const mappingText = (): string => {
  const page = readFileSync(new URL('../../../docs/import.md', import.meta.url), 'utf8')
  return /```yaml\n(name: treasury[\s\S]*?)```/.exec(page)?.[1] ?? ''
}

test.skipIf(!present)(
  'the transfers of a real treasury by the mapping of the manual: every balance is the published one',
  async () => {
    const mapping = readMapping(mappingText(), 'treasury.yaml')
    const text = gunzipSync(readFileSync(file('yearn_multisig_transfers_2020-07_2021-07.csv.gz')))
    const { flows, opened } = await readText(text, { mapping })
    const published = JSON.parse(readFileSync(file('yearn_multisig_end_balances.json'), 'utf8')) as {
      balances: Record<string, string>
    }
    const known: Record<string, string> = {
      ETH: 'ethereum',
      YFI: 'yearn-finance',
      USDC: 'usd-coin',
      DAI: 'dai',
      CRV: 'curve-dao-token',
      USDT: 'tether',
      WBTC: 'wrapped-bitcoin',
      UNI: 'uniswap',
      SUSHI: 'sushi',
      WETH: 'weth',
      TUSD: 'true-usd',
      MATIC: 'matic-network',
    }
    const balances = new Map<string, Decimal>()
    for (const { asset, quantity } of flows) balances.set(asset, (balances.get(asset) ?? ZERO).plus(quantity))
    const wrong = Object.entries(published.balances).filter(([symbol, balance]) => {
      const found = balances.get(known[symbol] ?? `symbol:${symbol}`)
      return found === undefined || formatDecimal(found) !== formatDecimal(new Decimal(balance))
    })
    // Its published figure is rounded to 28 digits.
    expect(wrong.map(([symbol]) => symbol)).toEqual(['UD'])
    expect(balances.get('symbol:UD')?.toSignificantDigits(28).toFixed()).toBe(published.balances['UD'])
    expect(balances.size).toBe(Object.keys(published.balances).length)
    const passed = [...opened.report.passed].map(([reason, { count, first }]) => [
      reason,
      count,
      first.length,
    ])
    expect(passed.toSorted()).toEqual([
      ['a name of ENS, not an amount', 6, 6],
      ['quantity is 0', 728, 728],
    ])
    expect([opened.report.rows, flows.length, opened.report.faulty]).toEqual([2_502, 1_768, 0])
    // Without the rule the six are named, with their lines.
    const strict = { ...mapping, rules: mapping.rules.slice(1) }
    const error = await readText(text, { mapping: strict }).catch(
      (thrown: unknown) => thrown as { faults: string[] },
    )
    expect('faults' in error && error.faults).toHaveLength(6)
  },
)
