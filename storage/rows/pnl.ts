import type { AssetId, Quote } from '#core/asset.ts'
import type { Month } from '#core/month.ts'
import type { Batch, PnlMonth } from '#pipeline/ports.ts'
import { decodeDoubles, encodeDoubles } from './chunk-blob.ts'
import { text, type Table } from './row.ts'

export const pnlMonthTable: Table<PnlMonth> = {
  name: 'pnl_months',
  key: ['owner', 'portfolio', 'quote', 'month'],
  columns: {
    owner: (month) => month.owner,
    portfolio: (month) => month.portfolio,
    quote: (month) => month.quote,
    month: (month) => month.month,
    key: (month) => month.key,
    states: (month) => month.states,
  },
  read: (row) => ({
    owner: text(row['owner']),
    portfolio: text(row['portfolio']),
    quote: text(row['quote']) as Quote,
    month: text(row['month']) as Month,
    key: text(row['key']),
    states: text(row['states']),
  }),
}

export const batchTable: Table<Batch> = {
  name: 'batches',
  key: ['owner', 'portfolio', 'quote', 'month', 'asset', 'wallet', 'chain'],
  columns: {
    owner: (batch) => batch.owner,
    portfolio: (batch) => batch.portfolio,
    quote: (batch) => batch.quote,
    month: (batch) => batch.month,
    asset: (batch) => batch.asset,
    wallet: (batch) => batch.wallet,
    chain: (batch) => batch.chain,
    fingerprint: (batch) => batch.fingerprint,
    steps: (batch) => batch.steps,
    data: (batch) => encodeDoubles([batch.data], batch.data.length),
  },
  read: (row) => ({
    owner: text(row['owner']),
    portfolio: text(row['portfolio']),
    quote: text(row['quote']) as Quote,
    month: text(row['month']) as Month,
    asset: text(row['asset']) as AssetId,
    wallet: text(row['wallet']),
    chain: text(row['chain']),
    fingerprint: text(row['fingerprint']),
    steps: text(row['steps']),
    data: decodeDoubles(row['data'] as Uint8Array),
  }),
}
