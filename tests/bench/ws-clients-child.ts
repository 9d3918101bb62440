/** Many WebSocket clients in a process of their own. argv: url, token, how many; each watches the portfolio `p<number>`. */
import { WebSocket } from 'ws'

const [url = '', token = '', many = '0'] = process.argv.slice(2)
const count = Number(many)
/** Handshakes at once. */
const AT_ONCE = 100

let begun = 0n
let times: number[] = []
let snapshots = 0
const say = (message: unknown) => process.send?.(message)

function connect(number: number): Promise<void> {
  return new Promise((done, fail) => {
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } })
    socket.on('error', fail)
    socket.on('close', (code) => say({ closed: code }))
    socket.on('open', () => socket.send(JSON.stringify({ type: 'watch', portfolios: [`p${number}`] })))
    socket.on('message', (data: Buffer) => {
      if (data.includes('"type":"snapshot"')) {
        if (++snapshots === count) say({ ready: snapshots })
        return done()
      }
      if (!data.includes('"type":"delta"')) return
      times.push(Number(process.hrtime.bigint() - begun) / 1e6)
      if (times.length === count) {
        say({ times })
        times = []
      }
    })
  })
}

// The clock of the machine, which both processes read.
process.on('message', (message: { begun: string } | { leave: true }) => {
  if ('leave' in message) process.exit(0)
  begun = BigInt(message.begun)
  say({ armed: true })
})

let next = 0
const worker = async () => {
  while (next < count) await connect(next++)
}
await Promise.all(Array.from({ length: AT_ONCE }, worker))
