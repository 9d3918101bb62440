/** Looking after a store. */

export type Damage = { readonly place: string; readonly found: string; readonly fix: string }
export interface StoreCare {
  /** Recomputes every checksum, revision and sum; empty when all is well. */
  verify(): Promise<{ checked: Record<string, number>; damage: Damage[] }>
  /** A consistent copy beside a running daemon, checked before it returns. */
  backup(file: string): Promise<{ bytes: number; hash: string }>
  /** SHA-256 over everything that counts (no runs, leases, times of reading), in a canonical order. */
  canonicalHash(): Promise<string>
  stats(): Promise<Record<string, { rows: number; bytes: number }>>
  /** The version of the store's layout. Opening takes an older one forward and refuses a newer one. */
  schemaVersion(): Promise<number>
  /**
   * A text that is another one whenever the content may have changed since it was last asked for, by whoever: what was
   * read under the same text still stands, or did two seconds ago. Costs next to nothing.
   */
  changeMark(): string
  close(): Promise<void>
}
