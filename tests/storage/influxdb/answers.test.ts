import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { TidemarkError } from '#core/errors.ts'
import { createInfluxChunkData } from '#storage/influxdb/chunk-data.ts'
import { readFluxCsv } from '#storage/influxdb/flux-csv.ts'
import { fluxText } from '#storage/influxdb/calls.ts'
import { readTag, tagText, tagValue } from '#storage/influxdb/lines.ts'
import { seeded, testSeed } from '../../support/random.ts'
import { HURRIED, added, pricedChunk, refOf } from './support.ts'

/** Answers that a real InfluxDB gives too seldom to wait for, spoken by a server of our own. */
const seed = testSeed(34)

type Answer = (request: { path: string; body: string }, response: ServerResponse) => void

async function speaking(answer: Answer) {
  const server = createServer((request: IncomingMessage, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () =>
      answer({ path: request.url ?? '', body: Buffer.concat(parts).toString() }, response),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const options = { url: `http://127.0.0.1:${port}`, token: 'canary', org: 'o', bucket: 'b' }
  const data = createInfluxChunkData(options, HURRIED)
  return data
}

const failing = async (promise: Promise<unknown>): Promise<TidemarkError> => {
  const error: unknown = await promise.then(
    () => expect.fail('nothing was thrown'),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof TidemarkError)) throw error
  return error
}

const json = (response: ServerResponse, status: number, body: unknown, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
const csv = (response: ServerResponse, text: string) =>
  response.writeHead(200, { 'content-type': 'text/csv' }).end(text)
const isWrite = ({ path }: { path: string }) => path.startsWith('/api/v2/write')

const chunk = pricedChunk(seeded(seed))

describe('what InfluxDB may answer', () => {
  test('a table of errors inside of an answer of 200 is an error, not an empty month', async () => {
    for (const table of [
      ',error,reference\r\n,engine: lost a shard,\r\n',
      'error,reference\r\nengine: lost a shard,\r\n',
    ]) {
      const data = await speaking((_, response) =>
        csv(response, `,result,table,_time,asset\r\n,_result,0,2025-01-01T00:00:00Z,bitcoin\r\n\r\n${table}`),
      )
      const error = await failing(data.read([refOf(chunk)]))
      expect(error.message).toMatch(/engine: lost a shard|did not write so/)
      const rowless = await speaking((_, response) => csv(response, table))
      expect((await failing(rowless.read([refOf(chunk)]))).message).toContain('engine: lost a shard')
    }
  })

  test('429 and 503 are waited out, for as long as Retry-After asks', async () => {
    const times: number[] = []
    const data = await speaking((request, response) => {
      if (!isWrite(request)) return csv(response, '')
      times.push(Date.now())
      if (times.length === 1) return json(response, 429, { message: 'slow down' }, { 'retry-after': '1' })
      if (times.length === 2) return json(response, 503, { message: 'busy' })
      return response.writeHead(204).end()
    })
    // Nothing is there when it is read back, since this server keeps nothing.
    expect((await failing(data.write([added(chunk)]))).code).toBe('INTEGRITY')
    expect((times[1] as number) - (times[0] as number)).toBeGreaterThanOrEqual(1_000)
  })

  test('an answer of 413 halves what is sent until it fits', async () => {
    const taken: string[] = []
    let refused = 0
    const data = await speaking((request, response) => {
      if (!isWrite(request)) return csv(response, '')
      if (request.body.length > 20_000) {
        refused++
        return json(response, 413, { code: 'request too large', message: 'too large' })
      }
      taken.push(request.body)
      return response.writeHead(204).end()
    })
    await failing(data.write([added(chunk)]))
    const hours = chunk.changed.filter((revision) => revision > 0).length
    expect(refused).toBeGreaterThan(0)
    expect(new Set(taken.join('\n').split('\n')).size).toBe(hours)
  })

  test('a write that is acknowledged and not kept is found', async () => {
    const data = await speaking((request, response) =>
      isWrite(request) ? response.writeHead(204).end() : csv(response, ''),
    )
    const error = await failing(data.write([added(chunk)]))
    expect(error).toMatchObject({ code: 'INTEGRITY', exitCode: 12 })
    expect(error.message).toContain('bitcoin')
  })

  test('F12: what is no acknowledgement is none: a page of 200, a partial success, an error that others take for one', async () => {
    const answers: ((response: ServerResponse) => unknown)[] = [
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>log in</html>'),
      (response) => json(response, 201, { message: 'partial' }),
      (response) => json(response, 500, { error: 'write failed: hinted handoff queue not empty' }),
    ]
    for (const answer of answers) {
      const data = await speaking((_, response) => void answer(response))
      expect(await failing(data.write([added(chunk)]))).toMatchObject({ code: 'STORE_UNAVAILABLE' })
    }
  })

  test('a full disk is told as such, at once', async () => {
    let asked = 0
    const data = await speaking((_, response) => {
      asked++
      json(response, 500, {
        message: 'engine: error writing WAL entry: write /data/1.wal: no space left on device',
      })
    })
    expect(await failing(data.write([added(chunk)]))).toMatchObject({ code: 'STORE_FULL', exitCode: 6 })
    expect(asked).toBe(1)
  })

  test('what is given up is sent no longer: a failed write leaves nothing on its way', async () => {
    let open = 0
    const data = await speaking((_, response) => {
      open++
      setTimeout(() => {
        open--
        json(response, 400, { message: 'no' })
      }, 50)
    })
    await failing(data.write([added(chunk), added({ ...chunk, month: '2025-03' as typeof chunk.month })]))
    expect(open).toBe(0)
  })
})

describe('what is written and read', () => {
  const plain = { seed, numRuns: 500 }

  test('a tag gives its text back, stands on one line and ends in no backslash', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        expect(readTag(tagValue(text))).toBe(text)
        const written = tagText(text)
        expect(written).not.toMatch(/[\n\r\0]|\\$|(^|[^\\])[,= ]/)
      }),
      plain,
    )
  })

  test('different texts are different tags', () => {
    const near = fc.string({ unit: fc.constantFrom('%', '5', 'C', '\\', '2'), minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(near, near, (a, b) => {
        expect(tagValue(a) === tagValue(b)).toBe(a === b)
      }),
      plain,
    )
  })

  test('a text in a Flux script ends where it ends', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', '"', '\\', 'a') }), (text) => {
        const inside = fluxText(text).slice(1, -1)
        expect(inside).toMatch(/^([^"\\$]|\\["\\]|\\x24)*$/)
        expect(inside.replace(/\\x24/g, '$').replace(/\\(["\\])/g, '$1')).toBe(text)
      }),
      plain,
    )
  })

  test('CSV comes back as it was, wherever it is cut into pieces', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'é', '😀', '1') })
    const tables = fc.array(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 4 }), { maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(tables, fc.nat(50), async (given, cut) => {
        const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
        const text = given
          .map(
            (rows) =>
              ['x,y', ...rows.map((row) => `,${row.map(quoted).join(',')}`)].join('\r\n') + '\r\n\r\n',
          )
          .join('')
        const bytes = Buffer.from(text)
        const pieces = [bytes.subarray(0, cut), bytes.subarray(cut, cut + 1), bytes.subarray(cut + 1)]
        const read: string[][][] = []
        await readFluxCsv(streamed(pieces), () => {
          read.push([])
          return (cells) => void read.at(-1)?.push([...cells])
        })
        expect(read).toEqual(given.map((rows) => rows.map((row) => ['', ...row])))
      }),
      plain,
    )
  })
})

async function* streamed(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield await Promise.resolve(piece)
}
