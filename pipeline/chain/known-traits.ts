import type { TraitStore } from '#ingestion/evm/rpc/traits.ts'
import type { Traits } from '#ingestion/evm/types.ts'
import type { Records } from './records.ts'

/** Kind of the records of what endpoints were found to do; nobody owns them, and no key tells an address. */
const KIND = 'read:endpoint'

export function storedTraits(store: Records): TraitStore {
  return {
    async get(key) {
      const [record] = await store.records({ owner: '', kind: KIND, from: key, to: `${key}\u0000` })
      return record === undefined ? null : (JSON.parse(record.value) as Traits)
    },
    put: (key, traits) =>
      store.writeRecords({ put: [{ owner: '', kind: KIND, key, value: JSON.stringify(traits) }] }),
  }
}
