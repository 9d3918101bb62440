import { formatTime } from '#core/hour.ts'
import type { Handler } from '../types.ts'

export const portfolios: Handler<'portfolios'> = async ({ owner }, { store, now }) => ({
  schemaVersion: 1,
  asOf: formatTime(now()),
  portfolios: (await store.portfolios(owner)).map(({ name, baseCurrency, wallets }) => ({
    name,
    baseCurrency,
    wallets: wallets.length,
  })),
})
