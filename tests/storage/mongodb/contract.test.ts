import { openStore } from '#storage/open.ts'
import { withServers } from '#tests/servers/in-tests.ts'
import { careContract } from '../contract/care.ts'
import { coinsContract } from '../contract/coins.ts'
import type { NewStore } from '../contract/contract.ts'
import { editContract } from '../contract/flow-edits.ts'
import { ledgerContract } from '../contract/ledger.ts'
import { pnlContract } from '../contract/pnl.ts'
import { recordsContract } from '../contract/records.ts'
import { runsContract } from '../contract/runs.ts'
import { seriesContract } from '../contract/series.ts'
import { snapshotsContract } from '../contract/snapshots.ts'
import { newDatabase } from './database.ts'

const servers = withServers('mongodb')

servers.describe('store on MongoDB', () => {
  const newStore: NewStore = async () => {
    const { mongodb } = await servers.addresses()
    return openStore({ kind: 'mongodb', mongodbUri: newDatabase(mongodb.uri), create: true })
  }
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
