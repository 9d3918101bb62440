/** A store on servers: documents in MongoDB, and hourly series there too or in InfluxDB. */
export type ServerOptions = {
  readonly kind: 'mongodb' | 'mongodb+influxdb'
  readonly mongodbUri: string
  /** With `mongodb+influxdb`. */
  readonly influx?: InfluxOptions
  /** Makes collections, indexes and buckets that are not there. */
  readonly create?: boolean
  readonly readOnly?: boolean
  /** How long a writer that stands still is waited for before others go on without it, in milliseconds; 8 seconds. */
  readonly guardMs?: number
}
export type InfluxOptions = {
  readonly url: string
  readonly token: string
  readonly org: string
  readonly bucket: string
}
