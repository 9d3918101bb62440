import type { PnlRequest } from '#pipeline/queries/pnl.ts'
import type { ApiIo } from '../types.ts'

/** About 200 MB of text, and 2 GB while it is worked out. */
const MOST = { shown: 2_000_000, worked: 20_000_000 }

/** What every report that is asked over the wire keeps to: so much and no more, and nothing written where nothing can be. */
export const reportBounds = ({ writable = true }: Pick<ApiIo, 'writable'>) =>
  ({ most: MOST, persist: writable }) satisfies Partial<PnlRequest>
