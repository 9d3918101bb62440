import { monthOf } from '#core/month.ts'
import type { ApiIo, InnerAsks } from '../types.ts'

/** Counts calls that the server itself made of a provider. @returns how many this month has by now */
export async function addCalls(
  { provider, calls }: InnerAsks['addCalls'],
  { store, now }: ApiIo,
): Promise<number> {
  return store.addCalls(provider, monthOf(now()), calls)
}
