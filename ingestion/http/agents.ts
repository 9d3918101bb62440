import http from 'node:http'
import https from 'node:https'
import type { Duplex } from 'node:stream'

/** Code of the error that a connection which takes too long ends with. */
export const CONNECT_TIMEOUT = 'TIDEMARK_CONNECT_TIMEOUT'

// Node has no limit on connecting alone: `timeout` of an agent counts idle sockets. So each socket gets one here.
function limit<T extends Duplex | null | undefined>(socket: T, event: string, ms: number): T {
  if (!socket) return socket
  const timer = setTimeout(() => {
    socket.destroy(Object.assign(new Error('connecting took too long'), { code: CONNECT_TIMEOUT }))
  }, ms)
  const stop = () => clearTimeout(timer)
  socket.once(event, stop).once('close', stop).once('error', stop)
  return socket
}

/** Keep-alive agents whose connections must stand within `connectMs` (TLS included). */
export function keepAliveAgents(connectMs: number): { http: http.Agent; https: https.Agent } {
  const options = { keepAlive: true, maxSockets: 64, maxFreeSockets: 16 }
  const plain = new http.Agent(options)
  const connect = plain.createConnection.bind(plain)
  plain.createConnection = (to, done) => limit(connect(to, done), 'connect', connectMs)
  const secure = new https.Agent(options)
  const connectSecure = secure.createConnection.bind(secure)
  secure.createConnection = (to, done) => limit(connectSecure(to, done), 'secureConnect', connectMs)
  return { http: plain, https: secure }
}

/** Whether a host name means this machine: such calls never go through a proxy. */
export function isLoopback(hostname: string): boolean {
  const name = hostname
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
    .toLowerCase()
  return (
    name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
  )
}
