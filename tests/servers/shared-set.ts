import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SERVICES, startService, type Service, type Started } from './addresses.ts'

export type SharedSet = { readonly url: string; readonly close: () => Promise<void> }

/**
 * The servers that all test files of a run share. They belong to the one process that outlives all files, and each is
 * started when a test first asks for it, so that a run which needs none pays nothing: what a test reaches is a small
 * HTTP server that answers `GET /mongodb` with the address.
 */
export async function openSharedSet(): Promise<SharedSet> {
  const started = new Map<Service, Promise<Started>>()
  const start = (service: Service) => {
    const running = started.get(service) ?? startService(service)
    started.set(service, running)
    return running
  }
  const server = createServer((request, response) => {
    const service = SERVICES.find((name) => request.url === `/${name}`)
    if (service === undefined) return void response.writeHead(404).end()
    start(service).then(
      ({ addresses }) => response.end(JSON.stringify(addresses[service])),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await Promise.allSettled([...started.values()].map(async (one) => (await one).server.remove()))
    },
  }
}
