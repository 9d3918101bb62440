/** Small facts by name. */

/**
 * A small document by its name: what is known of a chain, where a reading stands. An owner of '' is nobody: facts that
 * anybody can read again, which no canonical hash counts. Neither does it count kinds that begin with `read:`, which
 * tell how far or when something was read, or with `passing:`, which end by themselves (sessions).
 */
export type StoredRecord = {
  readonly owner: string
  readonly kind: string
  readonly key: string
  /** JSON or other text. */
  readonly value: string
}
export interface RecordStore {
  /** Records of one kind with keys in [from, to), ordered by the bytes of their keys. */
  records(query: { owner: string; kind: string; from?: string; to?: string }): Promise<StoredRecord[]>
  /** Puts records in the place of those with the same keys and drops others; those of one owner all or none. */
  writeRecords(change: {
    readonly put: readonly StoredRecord[]
    readonly drop?: readonly Pick<StoredRecord, 'owner' | 'kind' | 'key'>[]
  }): Promise<void>
  /**
   * As `writeRecords`, if each record of `when` stands with that value (null: it is not there); otherwise nothing is
   * written. Nobody else writes between the look and the write. Everything is of one owner.
   * @returns whether it was written
   */
  writeRecordsIf(
    when: readonly RecordCondition[],
    change: Parameters<RecordStore['writeRecords']>[0],
  ): Promise<boolean>
}
/** What a record has to be like before others are written. */
export type RecordCondition = Omit<StoredRecord, 'value'> & { readonly value: string | null }
