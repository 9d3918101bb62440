type Timed = { readonly flow: string; readonly time: string; readonly kind: string }

/** Those of a calendar year in UTC; one row can dispose of several things, so each has a key of its own. */
export function disposalsOf<T extends Timed>(
  disposals: readonly T[],
  year: number,
): (T & { readonly key: string })[] {
  return disposals
    .filter(({ time }) => time.startsWith(`${String(year)}-`))
    .map((row, index) => ({ ...row, key: `${row.flow} ${String(index)}` }))
}
