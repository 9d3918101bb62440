import { answers } from './probe.ts'
import { startServer, type RunningServer, type ServerKind, type ServerOptions } from './running.ts'

/**
 * Starts Redis with an append-only file: what it has acknowledged survives its SIGKILL, since the file is written
 * before the answer (and synced each second, which only a power cut would show).
 */
export function startRedis(options: ServerOptions = {}): Promise<RunningServer> {
  return startServer(REDIS, options)
}

const REDIS: ServerKind = {
  name: 'redis',
  argv: ({ port, folder }) => [
    ...['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--daemonize', 'no'],
    // No snapshots: they would fork at moments of their own choice.
    ...['--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'],
  ],
  url: (port) => `redis://127.0.0.1:${port}`,
  // While it still reads its file it answers -LOADING.
  answers: (port) => answers(port, 'PING\r\n', (answer) => answer.includes('+PONG')),
}
