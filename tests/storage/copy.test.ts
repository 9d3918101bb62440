import { onTestFinished } from 'vitest'
import { expect, test } from 'vitest'
import type { ContentStore } from '#storage/copy.ts'
import { copyStore } from '#storage/copy.ts'
import { openEmbedded } from '#storage/embedded/store.ts'
import { newFile } from './support/embedded.ts'
import { fill } from './support/filled.ts'
import { coinOf, portfolioOf } from './support/values.ts'

async function opened(): Promise<ContentStore> {
  const store = await openEmbedded({ file: newFile(), create: true })
  onTestFinished(() => store.close())
  return store
}

async function filled(): Promise<ContentStore> {
  const store = await opened()
  await fill(store)
  return store
}

/** A store whose target fails when it has put so many pieces. */
function failingAfter(store: ContentStore, pieces: number): ContentStore {
  const target = async () => {
    const whole = await store.content.target()
    let left = pieces
    const put: typeof whole.put = async (part, rows) => {
      if (left-- === 0) throw new Error('the plug is pulled')
      await whole.put(part, rows)
    }
    return { ...whole, put }
  }
  return { ...store, content: { ...store.content, target } }
}

test('everything that counts arrives, revisions and retired flows too', async () => {
  const [from, to] = [await filled(), await opened()]
  const { hash, tables } = await copyStore(from, to)
  expect(hash).toBe(await from.canonicalHash())
  expect(await to.canonicalHash()).toBe(hash)
  for (const name of ['chunks', 'flows', 'suspects', 'batches', 'runs', 'flow_months'])
    expect(tables[name]?.copied, name).toBeGreaterThan(0)
  expect((await to.verify()).damage).toEqual([])
  const { asset, quote } = (await from.series())[0]!
  expect(await to.revisions([asset], quote)).toEqual(await from.revisions([asset], quote))
})

test('a second copy puts nothing', async () => {
  const [from, to] = [await filled(), await opened()]
  await copyStore(from, to)
  const { tables } = await copyStore(from, to)
  expect(Object.values(tables).map(({ copied }) => copied)).toEqual(Object.values(tables).map(() => 0))
})

test('a copy that is cut off anywhere goes on', async () => {
  const from = await filled()
  for (let pieces = 0; pieces < 12; pieces += 2) {
    const to = await opened()
    const cut = await copyStore(from, failingAfter(to, pieces)).then(
      () => false,
      () => true,
    )
    expect((await copyStore(from, to)).hash).toBe(await from.canonicalHash())
    if (pieces === 0) expect(cut).toBe(true)
  }
})

test('a target with other data is refused and stays as it is', async () => {
  const [from, to] = [await filled(), await opened()]
  await to.writePortfolio(portfolioOf('another'))
  const before = await to.canonicalHash()
  await expect(copyStore(from, to)).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  await expect(copyStore(from, to, { overwrite: true })).rejects.toMatchObject({ code: 'INPUT_INVALID' })
  expect(await to.canonicalHash()).toBe(before)
})

test('rows that differ are replaced only when that is asked for', async () => {
  const [from, to] = [await filled(), await opened()]
  await to.writeCoins([{ ...coinOf('bitcoin', 1), name: 'Bitcorn' }], 1)
  await expect(copyStore(from, to)).rejects.toThrow(/coins bitcoin differs/)
  await copyStore(from, to, { overwrite: true })
  expect(await to.canonicalHash()).toBe(await from.canonicalHash())
})

test('an interrupted copy says so', async () => {
  const [from, to] = [await filled(), await opened()]
  const interrupted = copyStore(from, to, { signal: AbortSignal.abort() })
  await expect(interrupted).rejects.toMatchObject({ code: 'INTERRUPTED' })
})
