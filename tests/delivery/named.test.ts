import { describe, expect, test } from 'vitest'
import type { AssetId } from '#core/asset.ts'
import { displayId, named } from '#delivery/named.ts'
import { tokenNames } from '#pipeline/queries/token-names.ts'
import { newFile, openFile } from '#tests/storage/support/embedded.ts'

const contract = (byte: string): string => `0x${byte.repeat(20)}`
const token = (byte: string): AssetId => `eip155:1/erc20:${contract(byte)}` as AssetId

describe('names in the place of ids', () => {
  const tokens = new Map([[token('aa'), 'MOON']])
  const wallets = [{ address: contract('cd'), label: 'cold', chains: [] }]
  const text = named(tokens, wallets)

  test('tokens are called by their symbols, others by their contract, wallets by their labels', () => {
    expect(text(`buy 1 ${token('aa')} of ${token('bb')}`)).toBe('buy 1 MOON of 0xbbbb…bbbb')
    expect(text(`in ${contract('cd')}, from ${contract('CD')} to ${contract('ef')}`)).toBe(
      `in cold, from cold to ${contract('ef')}`,
    )
  })

  test('what only looks like one stays: a transaction, a contract that is a place, a command to copy', () => {
    for (const whole of [
      `0x${'cd'.repeat(32)}`,
      `contract:${contract('cd')}`,
      `"tidemark tokens hide ${token('aa')}"`,
    ])
      expect(text(whole)).toBe(whole)
  })

  test('of a long id as much is shown as names one; others are shown whole', () => {
    expect(displayId('3f'.repeat(32))).toBe('3f3f3f3f3f3f')
    expect(displayId('opening|hot|bitcoin|1')).toBe('opening|hot|bitcoin|1')
  })
})

test('a symbol that another asset has too is followed by the contract', async () => {
  const store = await openFile(newFile())
  const facts = (byte: string, symbol: string) => ({
    ...{ owner: '', kind: 'read:token:eip155:1', key: contract(byte) },
    value: JSON.stringify({
      contract: contract(byte),
      symbol,
      reads: '',
      decimals: 18,
      form: 'plain',
      readAt: 1,
    }),
  })
  await store.writeRecords({
    put: [
      facts('aa', 'MOON'),
      facts('bb', 'USDC'),
      facts('cc', 'twin'),
      facts('dd', 'TWIN'),
      facts('ee', ''),
    ],
  })
  const unknown = { rank: null, price: null, marketCap: null, volume: null, updated: null }
  const coin = { asset: 'usd-coin' as AssetId, symbol: 'usdc', name: 'USDC', quote: 'usd', ...unknown }
  await store.writeCoins([coin], 1)
  const assets = [...['aa', 'bb', 'cc', 'dd', 'ee', '99'].map(token), 'bitcoin' as AssetId]
  expect([...(await tokenNames(store, assets)).values()]).toEqual([
    'MOON',
    'USDC 0xbbbb…bbbb',
    'twin 0xcccc…cccc',
    'TWIN 0xdddd…dddd',
    '0xeeee…eeee',
    '0x9999…9999',
  ])
})
