import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { AHEAD } from '#delivery/api/export/pieces.ts'
import { sendPieces } from '#delivery/api/export/send.ts'
import { takePieces } from '#delivery/api/export/take.ts'
import { Refusal } from '#delivery/api/problem.ts'
import { holdingsOnly, OWNER, stand } from './stand.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const head = { type: 'text/csv', name: 'x.csv' }

/** A download over a line as it runs between two threads; counts what was made. */
function making(pieces: number, fail?: number) {
  const made = { count: 0, ended: false }
  async function* produce() {
    try {
      for (let at = 0; at < pieces; at++) {
        if (at === fail) throw new Error('disk')
        made.count++
        yield bytes(`${at};`)
      }
    } finally {
      made.ended = true
    }
  }
  const download = takePieces((port) => sendPieces(port, async () => ({ ...head, pieces: produce() })))
  return { made, download }
}

describe('a download from another thread', () => {
  test('comes whole and in order', async () => {
    const { download } = making(50)
    const { pieces, name } = await download
    let text = ''
    for await (const piece of pieces) text += new TextDecoder().decode(piece)
    expect([name, text]).toEqual(['x.csv', Array.from({ length: 50 }, (_, at) => `${at};`).join('')])
  })

  test('is made no further ahead than a few pieces, however long the reader takes', async () => {
    const { made, download } = making(1_000)
    let read = 0
    for await (const _ of (await download).pieces) {
      read++
      if (read % 10 === 0) await wait(10)
      expect(made.count).toBeLessThanOrEqual(read + AHEAD + 1)
      if (read === 60) break
    }
    await expect.poll(() => made.ended).toBe(true)
    expect(made.count).toBeLessThan(70)
  })

  test('that fails in the middle breaks off, and is never taken for whole', async () => {
    const { download } = making(10, 5)
    const { pieces } = await download
    const reading = async () => {
      for await (const _ of pieces);
    }
    await expect(reading()).rejects.toThrow('Unexpected Error')
  })

  test('that cannot begin is refused before a byte is sent', async () => {
    const refused = takePieces((port) =>
      sendPieces(port, async () => {
        throw new Refusal('NOT_FOUND', 'There is no such portfolio.', 'Look again.')
      }),
    )
    await expect(refused).rejects.toMatchObject({ problem: { status: 404, code: 'NOT_FOUND' } })
    await expect(takePieces(() => Promise.reject(new Error('no thread')))).rejects.toThrow('no thread')
    await expect(
      takePieces(async (port) => port.close()),
      'a thread that died',
    ).rejects.toThrow('broke off')
  })
})

describe('GET /export', () => {
  async function withFlows() {
    const server = await stand()
    await server.store.writePortfolio(holdingsOnly('main'))
    const text = `time,asset,quantity,kind,wallet,note\n2026-11-19T10:00:00Z,bitcoin,-1.5,withdraw,manual,"=HYPERLINK(""x"")"\n`
    const sent = await server.app.inject({
      ...{ method: 'POST', url: '/api/v1/portfolio/flows', payload: text },
      headers: { 'content-type': 'text/csv' },
    })
    expect(sent.statusCode, sent.body).toBe(201)
    return server
  }

  test('A23, A26: texts are no formulas, numbers stay numbers, and the name is made here', async () => {
    const { app } = await withFlows()
    const csv = await app.inject('/api/v1/export?what=flows&portfolio=main')
    expect([csv.statusCode, csv.headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8'])
    expect(csv.headers['content-disposition']).toBe('attachment; filename="tidemark-flows-2026-11-20.csv"')
    expect(csv.headers['cache-control']).toBe('no-store')
    expect(csv.body).toContain(`,-1.5,`)
    expect(csv.body).toContain(`"'=HYPERLINK`)
    const json = await app.inject('/v2/export?what=flows&format=json')
    expect(json.json()).toMatchObject({
      what: 'flows',
      rows: [{ quantity: '-1.5', note: '=HYPERLINK("x")' }],
    })
  })

  test('HEAD tells its headers; what is not there, or another’s, is 404; who sees no amounts gets none', async () => {
    const { app, store } = await withFlows()
    const told = await app.inject({ method: 'HEAD', url: '/api/v1/export?what=holdings' })
    expect([told.statusCode, told.body]).toEqual([200, ''])
    await store.writePortfolio(holdingsOnly('theirs', 'bob'))
    expect((await app.inject('/api/v1/export?portfolio=theirs')).statusCode).toBe(404)
    const hidden = await stand({
      ...OWNER,
      role: 'viewer',
      portfolios: ['main'],
      hideAmounts: true,
      by: 'share',
    })
    expect((await hidden.app.inject('/api/v1/export?portfolio=main')).statusCode).toBe(403)
  })
})
