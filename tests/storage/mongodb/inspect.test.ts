import { expect, test } from 'vitest'
import { inspectMongo } from '#storage/mongodb/inspect.ts'
import { withServers } from '#tests/servers/in-tests.ts'

const servers = withServers('mongodb')

servers.describe('what doctor says of MongoDB', () => {
  test('a server that answers: version, rights, clock, durability, each in its line', async () => {
    const { mongodb } = await servers.addresses()
    const found = await inspectMongo(mongodb.uri)
    expect(found.map(({ check, ok, fix }) => [check, ok, fix])).toEqual([
      ['MongoDB answers', true, null],
      ['MongoDB rights', true, null],
      ['MongoDB clock', true, null],
      ['MongoDB writes', true, null],
    ])
    expect(found[3]?.found).toContain('majority, with journal')
  })

  test('one that is not there is one finding with what to do, and without the password', async () => {
    const found = await inspectMongo('mongodb://ann:canary-word@127.0.0.1:1/x?serverSelectionTimeoutMS=200')
    expect(found).toMatchObject([
      { check: 'MongoDB answers', ok: false, fix: expect.stringContaining('MONGODB_URI') as string },
    ])
    expect(JSON.stringify(found)).not.toContain('canary-word')
  })
})
