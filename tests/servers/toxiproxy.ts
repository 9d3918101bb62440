import { getsOk } from './probe.ts'
import { startServer, type RunningServer, type ServerKind, type ServerOptions } from './running.ts'
import { toxiproxyAt, type Toxiproxy } from './toxiproxy-client.ts'

export type ToxiproxyServer = RunningServer & Toxiproxy

/** Starts Toxiproxy, which stands between a client and a server and spoils what passes. It forgets all when it ends. */
export async function startToxiproxy(options: ServerOptions = {}): Promise<ToxiproxyServer> {
  const server = await startServer(TOXIPROXY, options)
  return Object.assign(server, toxiproxyAt(server.url))
}

const TOXIPROXY: ServerKind = {
  name: 'toxiproxy',
  argv: ({ port }) => ['-host', '127.0.0.1', '-port', String(port)],
  url: (port) => `http://127.0.0.1:${port}`,
  answers: (port) => getsOk(`http://127.0.0.1:${port}/version`),
}
