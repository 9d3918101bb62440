/**
 * What jobs and queries need from the outside, in the words of `core`. Owned here, fulfilled by `storage` and
 * `ingestion`; small enough that a second store is a day's work. Times are milliseconds since 1970.
 */
import type { StoreCare } from './ports/care.ts'
import type { CoinStore } from './ports/coins.ts'
import type { LedgerStore } from './ports/ledger.ts'
import type { PnlStore } from './ports/pnl.ts'
import type { PublicationStore } from './ports/publication.ts'
import type { RecordStore } from './ports/records.ts'
import type { LeaseStore, RunStore, UsageStore } from './ports/runs.ts'
import type { GapStore, PriceWriter, SeriesReader } from './ports/series.ts'
import type { SnapshotStore } from './ports/snapshots.ts'

export type * from './ports/series.ts'
export type * from './ports/coins.ts'
export type * from './ports/ledger.ts'
export type * from './ports/records.ts'
export type * from './ports/pnl.ts'
export type * from './ports/snapshots.ts'
export type * from './ports/publication.ts'
export type * from './ports/runs.ts'
export type * from './ports/care.ts'
export type * from './ports/providers.ts'

export type Store = SeriesReader &
  PriceWriter &
  GapStore &
  CoinStore &
  LedgerStore &
  RecordStore &
  PnlStore &
  SnapshotStore &
  RunStore &
  LeaseStore &
  UsageStore &
  StoreCare & {
    /** Where others read figures; stores that nobody reads past us have none. */
    readonly publication?: PublicationStore
  }
