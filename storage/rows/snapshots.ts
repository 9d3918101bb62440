import type { AssetId, Quote } from '#core/asset.ts'
import type { Hour } from '#core/hour.ts'
import { positionValue } from '#core/position.ts'
import { QUALITIES, type Quality } from '#core/quality.ts'
import type { Position, Snapshot } from '#pipeline/ports.ts'
import { int, numberOrNull, text, type Table } from './row.ts'

/**
 * A position as it stands in the column `positions`: asset, token, chain, wallet, quantity, mark, quality as its
 * index. Names in each of a million positions would be half of the file; the value is quantity times mark.
 */
type PositionRow = [
  asset: string,
  token: string | null,
  chain: string,
  wallet: string,
  quantity: string | null,
  mark: number | null,
  quality: number,
]

export const snapshotTable: Table<Snapshot> = {
  name: 'snapshots',
  key: ['owner', 'portfolio', 'time'],
  columns: {
    owner: (snapshot) => snapshot.owner,
    portfolio: (snapshot) => snapshot.portfolio,
    time: (snapshot) => snapshot.time,
    quote: (snapshot) => snapshot.quote,
    value: (snapshot) => snapshot.value,
    change_24h: ({ change24h }) => change24h?.amount ?? null,
    change_24h_fraction: ({ change24h }) => change24h?.fraction ?? null,
    quality: (snapshot) => snapshot.quality,
    coverage: (snapshot) => snapshot.coverage,
    coverage_by_count: (snapshot) => snapshot.coverageByCount,
    positions: ({ positions }) => JSON.stringify(positions.map(positionRow)),
  },
  read: (row) => {
    const amount = numberOrNull(row['change_24h'])
    const fraction = numberOrNull(row['change_24h_fraction'])
    return {
      owner: text(row['owner']),
      portfolio: text(row['portfolio']),
      quote: text(row['quote']) as Quote,
      time: int(row['time']) as Hour,
      value: numberOrNull(row['value']),
      change24h: amount === null ? null : { amount, fraction },
      quality: text(row['quality']) as Quality,
      coverage: row['coverage'] as number,
      coverageByCount: row['coverage_by_count'] as number,
      positions: (JSON.parse(text(row['positions'])) as PositionRow[]).map(readPosition),
    }
  },
}

function positionRow(position: Position): PositionRow {
  const { asset, token, chain, wallet, quantity, mark, quality } = position
  return [asset, token, chain, wallet, quantity, mark, QUALITIES.indexOf(quality)]
}

function readPosition(row: PositionRow): Position {
  const [asset, token, chain, wallet, quantity, mark, quality] = row
  return {
    asset: asset as AssetId,
    token,
    chain,
    wallet,
    quantity,
    mark,
    value: positionValue(quantity, mark),
    quality: QUALITIES[quality] ?? 'missing',
  }
}
