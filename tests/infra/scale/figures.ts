/** A figure that was measured or that somebody else publishes, with where it comes from. */
export type Figure = { readonly value: number; readonly unit: string; readonly from: string }

const HOURS_A_YEAR = 8760
const SERIES_BENCH = 'npm run bench -- storage/embedded'
const PNL_BENCH = 'npm run bench -- compute-pnl'

/**
 * Everything that `docs/scale.md` is computed from, in one place. measured on two cores that did other work
 * at the same time (a load of 13), so that times are upper bounds; `npm run scale -- --write` brings new ones into the
 * tables.
 */
export const FIGURES = {
  embeddedBytes: { value: 81.4, unit: 'bytes an hour of one asset', from: 'npm run scale:bytes' },
  influxBytes: { value: 80.6, unit: 'bytes an hour of one asset', from: 'npm run scale:bytes' },
  mongodbBytes: {
    value: 160,
    unit: 'bytes an hour of one asset',
    from: 'ten doubles in two places, before the compression of the server',
  },
  snapshotBytes: { value: 1109, unit: 'bytes a snapshot of 12 positions', from: 'npm run scale:bytes' },
  writeSeconds: {
    value: 13.4 / (1000 * HOURS_A_YEAR),
    unit: 's an hour of one asset, in bulk',
    from: `${SERIES_BENCH}: 13.4 s for 1,000 assets of one year`,
  },
  readSeconds: {
    value: 3.06 / (1000 * HOURS_A_YEAR),
    unit: 's an hour of one asset, in bulk',
    from: `${SERIES_BENCH}: 3.06 s for 1,000 assets of one year`,
  },
  rebuildSeconds: {
    value: 4.04 / (100 * 5 * HOURS_A_YEAR),
    unit: 's an hour of one asset',
    from: `${PNL_BENCH}: 4.04 s for 100 assets of five years`,
  },
  newHourSeconds: {
    value: 0.0494 / 100,
    unit: 's an asset, of one portfolio',
    from: `${PNL_BENCH}: 49.4 ms for 100 assets on five years`,
  },
  valueSeconds: {
    value: 30.0 / 125_000,
    unit: 's a portfolio of 12 holdings',
    from: 'npm run bench -- jobs/value: 30.0 s for 125,000',
  },
  callsAMinute: { value: 500, unit: 'calls a minute', from: 'CoinGecko, plan Analyst' },
  creditsAMonth: { value: 500_000, unit: 'calls a month', from: 'CoinGecko, plan Analyst' },
  hourlyWindowDays: { value: 90, unit: 'days a call, hourly', from: 'CoinGecko, market_chart/range' },
  fiveMinuteWindowDays: {
    value: 10,
    unit: 'days a call, five-minutely',
    from: 'CoinGecko, plan Enterprise alone',
  },
  balancesARequest: {
    value: 12_060 / 24,
    unit: 'balances a request, of many wallets at one block',
    from: 'npm run bench -- evm/balances: 12,060 balances of 20 wallets on three chains in 27 requests, of which 3 ask for the block',
  },
  chainRate: { value: 100, unit: 'requests a second of one chain', from: 'the ceiling that Tidemark keeps' },
  diskBytes: { value: 1e12, unit: 'bytes', from: 'what one machine is taken to have' },
} as const satisfies Record<string, Figure>
