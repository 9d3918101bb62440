import { describe, inject, onTestFinished } from 'vitest'
import { givenAddress, playerOf, type Addresses, type Service } from './addresses.ts'
import { findBinary, whyAbsent, type ServerName } from './places.ts'
import type { RunningServer } from './running.ts'
import './global-setup.ts'

export type ServerSuites = {
  /** As vitest's: a suite that is skipped, with the reason in its name, where a server is absent. */
  readonly describe: (name: string, body: () => void) => void
}
export type SharedServers<S extends Service> = ServerSuites & {
  /** Where they are; started when first asked for. They are shared by all files: use a database, bucket or prefix of your own. */
  readonly addresses: () => Promise<Pick<Addresses, S>>
}

/**
 * The servers that all tests share, for the suites of one file. A server that the environment names is used in place
 * of ours (`TIDEMARK_TEST_MONGODB_URI`, `TIDEMARK_TEST_INFLUX_URL` and so on, `TIDEMARK_TEST_REDIS_URL`).
 * @throws Error in CI when one is absent
 */
export function withServers<S extends Service>(...services: S[]): SharedServers<S> {
  const ours = services.filter((service) => givenAddress(service) === null)
  return {
    ...suitesWith(ours.map(playerOf)),
    async addresses() {
      const found = services.map(async (service) => [service, await addressOf(service)] as const)
      return Object.fromEntries(await Promise.all(found)) as Pick<Addresses, S>
    },
  }
}

/**
 * For suites that start servers of their own, to kill or to spoil them: `startFerretDb()` and its like.
 * @throws Error in CI when one is absent
 */
export function withPrivateServers(...names: ServerName[]): ServerSuites {
  return suitesWith(names)
}

/** Removes a server when the running test has ended. */
export async function forThisTest<T extends RunningServer>(starting: Promise<T>): Promise<T> {
  const server = await starting
  onTestFinished(() => server.remove())
  return server
}

function suitesWith(names: readonly ServerName[]): ServerSuites {
  const reason = reasonToSkip(names)
  if (reason === null) return { describe: (name, body) => void describe(name, body) }
  return {
    describe: (name, body) => {
      console.warn(`skipped: ${name}: ${reason}`)
      describe.skip(`${name} (skipped: ${reason})`, body)
    },
  }
}

/**
 * What is absent, with how to get it; null where nothing is.
 * @throws Error in CI, where nothing may be skipped
 */
export function reasonToSkip(names: readonly ServerName[]): string | null {
  const absent = names.filter((name) => findBinary(name) === null).map(whyAbsent)
  if (absent.length === 0) return null
  const reason = absent.join('; ')
  if (process.env['CI'] !== undefined) throw new Error(`CI needs every server: ${reason}`)
  return reason
}

async function addressOf<S extends Service>(service: S): Promise<Addresses[S]> {
  const given = givenAddress(service)
  if (given !== null) return given
  const response = await fetch(`${inject('sharedServers')}/${service}`)
  if (!response.ok) throw new Error(await response.text())
  return (await response.json()) as Addresses[S]
}
