import type { RunningServer } from '#tests/servers/running.ts'
import type { Proxy, Toxiproxy } from '#tests/servers/toxiproxy-client.ts'
import { meterBefore, type Meter } from './meter.ts'

/** A server with a port before it that can be spoilt, and one behind that which counts. */
export type Guarded<S extends RunningServer = RunningServer> = {
  readonly server: S
  readonly proxy: Proxy
  readonly meter: Meter
  /** The end of all three. */
  readonly remove: () => Promise<void>
}

/** Puts a proxy before a server; removes the server too when that fails. */
export async function guard<S extends RunningServer>(
  toxiproxy: Toxiproxy,
  starting: Promise<S>,
): Promise<Guarded<S>> {
  const server = await starting
  try {
    const meter = await meterBefore(server)
    const proxy = await toxiproxy.proxy(`${meter.host}:${meter.port}`)
    const remove = async () => {
      await proxy.delete()
      await meter.close()
      await server.remove()
    }
    return { server, proxy, meter, remove }
  } catch (error) {
    await server.remove()
    throw error
  }
}
