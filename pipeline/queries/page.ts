/** Which rows of a list are asked for. */
export type PageAsk = { readonly limit: number; readonly offset: number }

/** The rows of a page, and how many there are on all pages. */
export type Page<T> = { readonly rows: readonly T[]; readonly total: number }

/** A page of a list that is in memory whole. */
export function pageOf<T>(rows: readonly T[], { limit, offset }: PageAsk): Page<T> {
  return { rows: rows.slice(offset, offset + limit), total: rows.length }
}
