import { TimeLine, type BlockTimes } from '#ingestion/evm/block-at/times.ts'
import type { BlockRef, EvmChain, Hex } from '#ingestion/evm/types.ts'
import type { Records } from './records.ts'

/** Kind of the records of a chain's final blocks and their times; nobody owns them. */
const kindOf = (chain: EvmChain): string => `read:block:${chain.caip2}`

/**
 * Times of final blocks, kept in a store. They are read once, when first asked for: a year of hourly searches is a few
 * thousand of them.
 */
export function storedTimes(store: Records, chain: EvmChain): BlockTimes {
  const kind = kindOf(chain)
  let line: Promise<TimeLine> | null = null
  const loaded = () => (line ??= load(store, kind))
  return {
    near: async (time) => (await loaded()).near(time),
    async put(blocks) {
      const known = await loaded()
      const fresh = blocks.filter((block) => known.add(block))
      if (fresh.length === 0) return
      await store.writeRecords({
        put: fresh.map(({ number, hash, time }) => ({
          ...{ owner: '', kind, key: String(number).padStart(12, '0') },
          value: JSON.stringify([hash, time]),
        })),
      })
    },
  }
}

async function load(store: Records, kind: string): Promise<TimeLine> {
  const line = new TimeLine()
  for (const { key, value } of await store.records({ owner: '', kind })) {
    const [hash, time] = JSON.parse(value) as [Hex, number]
    line.add({ number: Number(key), hash, time } satisfies BlockRef)
  }
  return line
}
