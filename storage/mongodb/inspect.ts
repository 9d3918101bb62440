import { TidemarkError } from '#core/errors.ts'
import { GUARD_MS, connect, releaseClient, type Server } from './connect.ts'
import { serverError } from './errors.ts'
import { placeOf } from './place.ts'

/** What a check found; `fix` is null where there is nothing to mend. */
export type MongoFinding = {
  readonly check: string
  readonly ok: boolean
  readonly found: string
  readonly fix: string | null
}

// An answer was on its way, and guards and leases allow for more than this.
const CLOCK_MS = 3000
const NEEDED = ['find', 'insert', 'update', 'remove', 'createCollection', 'createIndex'] as const

/** What can be said of MongoDB without changing it: `doctor` prints it. Never throws for what it can tell. */
export async function inspectMongo(uri: string): Promise<MongoFinding[]> {
  const check = 'MongoDB answers'
  let server: Server
  try {
    server = await connect(uri, GUARD_MS)
  } catch (error) {
    return [trouble(check, serverError(error, placeOf(uri)))]
  }
  try {
    const found = `${server.label}, ${server.atomic ? 'version ' : ''}${server.version}`
    return [
      good(check, found),
      await attempt('MongoDB rights', () => checkRights(server)),
      await attempt('MongoDB clock', () => checkClock(server)),
      checkWrites(server),
    ]
  } finally {
    await releaseClient(uri)
  }

  async function attempt(name: string, run: () => Promise<MongoFinding>): Promise<MongoFinding> {
    try {
      return await run()
    } catch (error) {
      return trouble(name, serverError(error, server))
    }
  }
}

type Privilege = {
  readonly resource?: { readonly db?: string; readonly collection?: string }
  readonly actions?: string[]
}

async function checkRights(server: Server): Promise<MongoFinding> {
  const check = 'MongoDB rights'
  const answer = await server.db.command({ connectionStatus: 1, showPrivileges: true })
  const info = answer['authInfo'] as
    { authenticatedUsers?: unknown[]; authenticatedUserPrivileges?: Privilege[] } | undefined
  if ((info?.authenticatedUsers ?? []).length === 0)
    return good(check, 'nobody is logged in: the server asks for no password, or takes everyone')
  const granted = new Set(
    (info?.authenticatedUserPrivileges ?? [])
      .filter(({ resource }) => resource?.db === server.database || resource?.db === '')
      .flatMap(({ actions }) => actions ?? []),
  )
  const missing = NEEDED.filter((action) => !granted.has(action))
  if (missing.length === 0) return good(check, 'read, write, and make collections and indexes')
  const fix = `In mongosh: db.grantRolesToUser("USER", [{ role: "readWrite", db: "${server.database}" }])`
  return bad(check, `the user may not ${missing.join(', ')} in "${server.database}"`, fix)
}

async function checkClock(server: Server): Promise<MongoFinding> {
  const check = 'MongoDB clock'
  const asked = Date.now()
  const { localTime } = await server.db.command({ hello: 1 })
  const middle = (asked + Date.now()) / 2
  if (!(localTime instanceof Date)) return good(check, 'not told by this server')
  const away = Math.round((middle - localTime.getTime()) / 1000)
  if (Math.abs(away) * 1000 <= CLOCK_MS) return good(check, 'within 3 s of this machine')
  const way = away > 0 ? 'behind' : 'ahead of'
  return bad(check, `${Math.abs(away)} s ${way} this machine`, 'Turn on time synchronisation (NTP) on both.')
}

/** Which promises of durability hold there. */
function checkWrites(server: Server): MongoFinding {
  const check = 'MongoDB writes'
  const safe = 'acknowledged by a majority, with journal'
  if (!server.atomic)
    return good(check, `${safe}; guarded by unique inserts, since this server finds and writes in two steps`)
  if (server.transactions) return good(check, `${safe}; with transactions`)
  return good(check, `${safe}; a single server, without transactions: a replica set also survives its loss`)
}

const good = (check: string, found: string): MongoFinding => ({ check, ok: true, found, fix: null })
const bad = (check: string, found: string, fix: string): MongoFinding => ({ check, ok: false, found, fix })

function trouble(check: string, error: unknown): MongoFinding {
  if (error instanceof TidemarkError) return bad(check, error.message, error.fix)
  throw error
}
