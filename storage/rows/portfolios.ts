import type { AssetId, Quote } from '#core/asset.ts'
import type { Balance, ManualHolding, Portfolio, Wallet } from '#core/portfolio.ts'
import { int, text, textOrNull, type Table } from './row.ts'

export const portfolioTable: Table<Portfolio> = {
  name: 'portfolios',
  key: ['owner', 'name'],
  columns: {
    owner: (portfolio) => portfolio.owner,
    name: (portfolio) => portfolio.name,
    base_currency: (portfolio) => portfolio.baseCurrency,
    wallets: (portfolio) => JSON.stringify(portfolio.wallets),
    holdings: (portfolio) => JSON.stringify(portfolio.holdings),
    flows_file: (portfolio) => portfolio.flowsFile,
  },
  read: (row) => ({
    owner: text(row['owner']),
    name: text(row['name']),
    baseCurrency: text(row['base_currency']) as Quote,
    wallets: JSON.parse(text(row['wallets'])) as Wallet[],
    holdings: JSON.parse(text(row['holdings'])) as ManualHolding[],
    flowsFile: textOrNull(row['flows_file']),
  }),
}

export const balanceTable: Table<Balance> = {
  name: 'balances',
  key: ['owner', 'wallet', 'chain', 'asset', 'time'],
  columns: {
    owner: (balance) => balance.owner,
    wallet: (balance) => balance.wallet,
    chain: (balance) => balance.chain,
    asset: (balance) => balance.asset,
    time: (balance) => balance.time,
    quantity: (balance) => balance.quantity,
    source: (balance) => balance.source,
  },
  read: (row) => ({
    owner: text(row['owner']),
    wallet: text(row['wallet']),
    chain: text(row['chain']),
    asset: text(row['asset']) as AssetId,
    time: int(row['time']),
    quantity: text(row['quantity']),
    source: text(row['source']),
  }),
}
