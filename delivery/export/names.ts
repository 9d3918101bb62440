/** What can be exported. */
export const EXPORTS = ['prices', 'holdings', 'flows', 'pnl'] as const
export type ExportWhat = (typeof EXPORTS)[number]
export type ExportFormat = 'csv' | 'json'
