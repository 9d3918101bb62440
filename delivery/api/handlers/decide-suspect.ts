import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { AssetId, Quote } from '#core/asset.ts'
import { formatTime } from '#core/hour.ts'
import { decideSuspect as decide } from '#pipeline/jobs/suspects.ts'
import type { Handler } from '../types.ts'

export const decideSuspect: Handler<'decideSuspect'> = async ({ body }, { store, now }) => {
  const { asset, quote, provider, time, take } = body
  const holder = `${hostname()}:${process.pid}:serve`
  const key = { asset: asset as AssetId, quote: quote as Quote, provider, time: Date.parse(time) }
  const newId = () => randomBytes(8).toString('hex')
  const { hours } = await decide(key, take ? 'accepted' : 'rejected', { store, now, holder, newId })
  return { schemaVersion: 1, asOf: formatTime(now()), hours }
}
