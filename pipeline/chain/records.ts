import type { RecordStore } from '../ports.ts'

/** What is known of chains is read and put down, nothing more; a store that cannot be written forgets it. */
export type Records = Pick<RecordStore, 'records' | 'writeRecords'>
