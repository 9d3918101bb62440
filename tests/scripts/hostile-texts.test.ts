import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { beforeAll, expect, test } from 'vitest'
import { serverLog } from '#scripts/serve/log.ts'
import { openLog } from '#scripts/wiring/log.ts'
import { TidemarkError } from '#core/errors.ts'
import { askRoute } from '#tests/delivery/api/contract/requests.ts'
import { WALLET, world } from '#tests/delivery/api/contract/world.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { build, tidemark } from './support.ts'

const HOSTILE = [
  'x\n{"level":50,"msg":"forged"}',
  '\u001b]0;owned\u0007\u001b[2J',
  '\u009b31m',
  'abc\u202edef',
  'a\u2028b\u2029c',
  'a\r\nb',
]
/** What a terminal obeys, or what breaks a line of text in two. */
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/

beforeAll(build, 60_000)

test('A35: whatever is asked, the log of the server has one JSON document a line, and nothing that a terminal obeys', async () => {
  const folder = temporaryFolder()
  const log = serverLog(await openLog(folder, 'trace', Date.now()))
  let failing: Error | null = null
  const at = await world({
    onEvent: log.door,
    serving: (server) => ({
      ...server,
      onProblem: log.problem,
      runner: {
        ...server.runner,
        run: (name, ask) => (failing === null ? server.runner.run(name, ask) : Promise.reject(failing)),
      },
    }),
  })
  for (const text of HOSTILE) {
    await askRoute(at, 'signIn', 'nobody', { body: { name: text, password: text } })
    await askRoute(at, 'portfolio', 'ada', { query: { portfolio: text } })
    await askRoute(at, 'changeWallet', 'ada', {
      query: { portfolio: 'ada' },
      params: { address: text },
      body: {},
    })
    failing = new TidemarkError('STORE_UNAVAILABLE', { message: `The store ${text} is gone.`, fix: text })
    await askRoute(at, 'dashboard')
    failing = new Error(text)
    await askRoute(at, 'dashboard')
    failing = null
  }
  await at.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = at.app.server.address() as { port: number }
  for (const text of HOSTILE)
    await new Promise<void>((done) => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.end(`GET /api/v1/${text} HTTP/1.1\r\nHost: localhost\r\nX: ${text}\r\n\r\n`),
      )
      socket.on('error', () => undefined)
      socket.on('close', () => done())
      socket.resume()
    })
  log.close()
  const written = readFileSync(log.path, 'utf8')
  expect(written).toContain('The store ')
  expect(written).toContain('owned')
  expect(OBEYED.exec(written)?.index, 'at').toBeUndefined()
  const lines = written.trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(HOSTILE.length * 3)
  for (const line of lines) expect((JSON.parse(line) as { msg?: string }).msg).toBeUndefined()
})

test('A35: labels that came by the API are shown by the command line without what a terminal obeys', async () => {
  const { store, folder, ...at } = await world()
  const portfolio = await store.portfolio('local', 'ada')
  if (portfolio === null) throw new Error('no portfolio')
  // What the API takes, it takes as it is; the worst of it is put into the store itself.
  for (const label of HOSTILE) {
    const reply = await askRoute({ store, folder, ...at }, 'changeWallet', 'ada', {
      query: { portfolio: 'ada' },
      body: { label },
    })
    expect([200, 400]).toContain(reply.statusCode)
    await store.writePortfolio({ ...portfolio, wallets: [{ address: WALLET, label, chains: [] }] })
    for (const args of [['wallets', 'list'], ['holdings'], ['balances'], ['flows']]) {
      const { stdout, stderr } = await tidemark(args, { env: { TIDEMARK_DATA_DIR: folder } })
      expect(OBEYED.exec(stdout + stderr), `${args.join(' ')} ${JSON.stringify(label)}`).toBeNull()
    }
  }
})
