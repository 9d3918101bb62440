import { answers } from './probe.ts'
import { startServer, type RunningServer, type ServerKind, type ServerOptions } from './running.ts'

/**
 * Starts FerretDB on its SQLite backend: a server that MongoDB's drivers take for MongoDB 7. What it has acknowledged
 * survives its SIGKILL. While a client is connected, a stop takes three seconds.
 */
export function startFerretDb(options: ServerOptions = {}): Promise<RunningServer> {
  return startServer(FERRETDB, options)
}

const FERRETDB: ServerKind = {
  name: 'ferretdb',
  argv: ({ port, folder }) => ['-address', `127.0.0.1:${port}`, '-folder', folder],
  url: (port) => `mongodb://127.0.0.1:${port}/`,
  answers: (port) => answers(port, HELLO, (answer) => answer.includes('isWritablePrimary')),
}

/** The first message of every MongoDB driver, OP_MSG with `{ hello: 1, $db: 'admin' }`, so that no driver is needed. */
const HELLO = message(
  Buffer.concat([
    Buffer.from('\x10hello\0\x01\0\0\0', 'latin1'),
    Buffer.from('\x02$db\0\x06\0\0\0admin\0', 'latin1'),
  ]),
)

function message(elements: Buffer): Buffer {
  const document = Buffer.concat([int32(elements.length + 5), elements, Buffer.alloc(1)])
  const OP_MSG = 2013
  // Header: length, id, id answered, kind of message; then flags, and a section of kind 0.
  const head = [int32(21 + document.length), int32(1), int32(0), int32(OP_MSG), int32(0), Buffer.alloc(1)]
  return Buffer.concat([...head, document])
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}
