/** Columns that lots are written in as CSV. */
export const LOT_CSVS = ['gains', 'lots', '8949', 'koinly'] as const
export type LotCsv = (typeof LOT_CSVS)[number]
