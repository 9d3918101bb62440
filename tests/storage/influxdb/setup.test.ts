import { expect, test } from 'vitest'
import type { TidemarkError } from '#core/errors.ts'
import { ensureInflux } from '#storage/influxdb/ensure.ts'
import { inspectInflux } from '#storage/influxdb/inspect.ts'
import { createInfluxChunkData } from '#storage/influxdb/chunk-data.ts'
import { withServers } from '../../servers/in-tests.ts'
import { seeded } from '../../support/random.ts'
import { added, api, ownBucket, ownName, pricedChunk, tokenFor } from './support.ts'

const servers = withServers('influxdb')
const server = async () => (await servers.addresses()).influxdb

const thrown = async (promise: Promise<unknown>): Promise<TidemarkError> =>
  promise.then(
    () => expect.fail('nothing was thrown'),
    (error: unknown) => error as TidemarkError,
  )

servers.describe('setting up InfluxDB', () => {
  test('init makes buckets that keep everything and tasks, and a second time leaves them as they are', async () => {
    const options = await ownName(await server())
    await ensureInflux(options, { create: true })
    const listed = async () => {
      const buckets = await api(options, 'GET', `/buckets?org=${options.org}&limit=100`)
      const tasks = await api(options, 'GET', `/tasks?org=${options.org}&limit=500`)
      const ours = ({ name }: { name: string }) => name.includes(options.bucket)
      return {
        buckets: (
          buckets['buckets'] as { name: string; updatedAt: string; retentionRules: object[] }[]
        ).filter(ours),
        tasks: (tasks['tasks'] as { id: string; name: string; updatedAt: string; flux: string }[]).filter(
          ours,
        ),
      }
    }
    const first = await listed()
    expect(first.buckets.map(({ name }) => name.slice(options.bucket.length)).sort()).toEqual([
      '',
      '-daily',
      '-weekly',
    ])
    expect(first.buckets.map((bucket) => bucket.retentionRules)).toEqual(
      first.buckets.map(() => [expect.objectContaining({ everySeconds: 0 }) as unknown]),
    )
    expect(first.tasks).toHaveLength(2)
    await ensureInflux(options, { create: true })
    expect((await listed()).tasks.map(({ updatedAt }) => updatedAt)).toEqual(
      first.tasks.map(({ updatedAt }) => updatedAt),
    )
    const changed = first.tasks[0] as { id: string; flux: string }
    await api(options, 'PATCH', `/tasks/${changed.id}`, { flux: `${changed.flux}\n// an older text` })
    await ensureInflux(options, { create: true })
    expect((await listed()).tasks.map(({ flux }) => flux)).toEqual(first.tasks.map(({ flux }) => flux))
  })

  test('a bucket that is not there is named, with the command that makes it', async () => {
    const options = await ownName(await server())
    const error = await thrown(ensureInflux(options, { create: false }))
    expect(error).toMatchObject({
      code: 'NOT_INITIALISED',
      fix: expect.stringContaining('tidemark init') as string,
    })
    expect(error.message).toContain(options.bucket)
    const org = await thrown(ensureInflux({ ...options, org: 'nobody' }, { create: false }))
    expect(org).toMatchObject({ code: 'NOT_INITIALISED' })
  })

  test('a bucket that throws hours away is refused before anything is stored', async () => {
    const options = await ownBucket(await server(), 86_400)
    for (const create of [true, false]) {
      expect(await thrown(ensureInflux(options, { create }))).toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('after 24 hours') as string,
      })
    }
  })

  test('a token that may not administer gets the commands for somebody who may; with the buckets there it is enough', async () => {
    const admin = await server()
    const bucket = await ownBucket(admin)
    const limited = await tokenFor(admin, [
      ['read', 'buckets', bucket.bucketId],
      ['write', 'buckets', bucket.bucketId],
    ])
    const options = { ...bucket, token: limited.token }
    const error = await thrown(ensureInflux(options, { create: true }))
    expect(error.code).toBe('CREDENTIAL_REFUSED')
    expect(error.faults.join('\n')).toContain(
      `influx bucket create --org tidemark --name ${bucket.bucket}-daily`,
    )
    expect(error.faults.join('\n')).toContain('option task = {name:')
    expect(JSON.stringify([error.message, error.fix, error.faults])).not.toContain(limited.token)
    await ensureInflux(options, { create: false })
  })

  test('an organisation that is not there is made by a token that may', async () => {
    const options = { ...(await ownName(await server())), org: `org-${Date.now()}` }
    await ensureInflux(options, { create: true })
    await ensureInflux(options, { create: false })
    const { orgs } = await api(options, 'GET', `/orgs?org=${options.org}`)
    await api(options, 'DELETE', `/orgs/${(orgs as { id: string }[])[0]?.id ?? ''}`)
  })

  test('doctor sees version, clock, rights, retention, tasks, and days that are behind', async () => {
    const options = await ownName(await server())
    await ensureInflux(options, { create: true })
    const findings = await inspectInflux(options)
    expect(findings.filter(({ ok }) => !ok)).toEqual([])
    expect(findings.map(({ check }) => check.replace(options.bucket, 'BUCKET'))).toEqual([
      'InfluxDB answers',
      'Clock of InfluxDB',
      'Token may read',
      'Token may write',
      'Bucket BUCKET',
      'Bucket BUCKET-daily',
      'Bucket BUCKET-weekly',
      'Task tidemark BUCKET-daily',
      'Task tidemark BUCKET-weekly',
      'Days and weeks',
    ])
    const data = createInfluxChunkData(options)
    await data.write([added(pricedChunk(seeded(3)))])
    expect((await inspectInflux(options)).filter(({ ok }) => !ok)).toMatchObject([
      { check: 'Days and weeks', found: '1 month is behind the hours' },
    ])
    await data.close()
    expect((await inspectInflux(options)).filter(({ ok }) => !ok)).toEqual([])
  })

  test('doctor tells of a right that is missing, a bucket that forgets, and a server that is not there', async () => {
    const admin = await server()
    const bucket = await ownBucket(admin, 3600)
    const reader = await tokenFor(admin, [['read', 'buckets', bucket.bucketId]])
    const findings = await inspectInflux({ ...bucket, token: reader.token })
    const failing = findings.filter(({ ok }) => !ok)
    expect(failing.map(({ check }) => check.replace(bucket.bucket, 'BUCKET'))).toContain('Token may write')
    expect(failing.map(({ found }) => found)).toContain('throws points away after 1 hours')
    expect(JSON.stringify(findings)).not.toContain(reader.token)
    const nowhere = await inspectInflux({ ...bucket, url: 'http://127.0.0.1:9' }, { retries: 0 })
    expect(nowhere).toMatchObject([{ check: 'InfluxDB answers', ok: false }])
  })
})
