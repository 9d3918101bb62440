import { openStore } from '#storage/open.ts'
import { withServers } from '../../servers/in-tests.ts'
import { careContract } from '../contract/care.ts'
import type { NewStore } from '../contract/contract.ts'
import { seriesContract } from '../contract/series.ts'
import { newDatabase } from '../mongodb/database.ts'
import { ownName } from './support.ts'

const servers = withServers('mongodb', 'influxdb')

// What lies in documents is tried on MongoDB alone: here are the contracts that candles have a part in.
servers.describe('store on MongoDB and InfluxDB', () => {
  const newStore: NewStore = async () => {
    const { mongodb, influxdb } = await servers.addresses()
    const influx = await ownName(influxdb)
    return openStore({
      kind: 'mongodb+influxdb',
      mongodbUri: newDatabase(mongodb.uri),
      influx,
      create: true,
    })
  }
  for (const contract of [seriesContract, careContract]) contract(newStore)
})
