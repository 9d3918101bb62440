import { getsOk } from './probe.ts'
import { startServer, type RunningServer, type ServerKind, type ServerOptions } from './running.ts'

/**
 * Starts VictoriaMetrics, which keeps a hundred years. What it took in the last ten seconds lies in memory only: a
 * stop writes it down, SIGKILL loses it although it was acknowledged.
 */
export function startVictoriaMetrics(options: ServerOptions = {}): Promise<RunningServer> {
  return startServer(VICTORIA_METRICS, options)
}

const VICTORIA_METRICS: ServerKind = {
  name: 'victoria-metrics',
  argv: ({ port, folder }) => [
    `-httpListenAddr=127.0.0.1:${port}`,
    `-storageDataPath=${folder}`,
    '-retentionPeriod=100y',
    // It takes six tenths of the machine else.
    '-memory.allowedBytes=256MB',
    // Points can be queried at once, not only when they are half a minute old.
    '-search.latencyOffset=0s',
  ],
  url: (port) => `http://127.0.0.1:${port}`,
  answers: (port) => getsOk(`http://127.0.0.1:${port}/health`),
}
