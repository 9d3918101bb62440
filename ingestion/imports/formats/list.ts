import type { Format } from '../format.ts'
import { binance } from './binance.ts'
import { bitstamp, bitstampOld } from './bitstamp.ts'
import { coinbase } from './coinbase.ts'
import { cointracking } from './cointracking.ts'
import { ghostfolio } from './ghostfolio.ts'
import { koinly } from './koinly.ts'
import { kraken } from './kraken.ts'
import { rotki } from './rotki.ts'

/** Every format that is known by its header, beside our own flows.csv. */
export const FORMATS: readonly Format[] = [
  koinly,
  cointracking,
  rotki,
  ghostfolio,
  coinbase,
  kraken,
  binance,
  bitstamp,
  bitstampOld,
]
