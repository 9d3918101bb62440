import { describe } from 'vitest'
import { openStore } from '#storage/open.ts'
import { careContract } from './contract/care.ts'
import { coinsContract } from './contract/coins.ts'
import type { NewStore } from './contract/contract.ts'
import { editContract } from './contract/flow-edits.ts'
import { ledgerContract } from './contract/ledger.ts'
import { pnlContract } from './contract/pnl.ts'
import { recordsContract } from './contract/records.ts'
import { runsContract } from './contract/runs.ts'
import { seriesContract } from './contract/series.ts'
import { snapshotsContract } from './contract/snapshots.ts'
import { newFile } from './support/embedded.ts'

describe('embedded store', () => {
  const newStore: NewStore = () => openStore({ kind: 'embedded', file: newFile(), create: true })
  for (const contract of [
    seriesContract,
    coinsContract,
    editContract,
    ledgerContract,
    pnlContract,
    recordsContract,
    snapshotsContract,
    runsContract,
    careContract,
  ])
    contract(newStore)
})
