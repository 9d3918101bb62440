import { randomUUID } from 'node:crypto'

export type Toxiproxy = {
  /** Opens a port of its own in front of a server, given as a URL or as `host:port`. */
  proxy(upstream: string): Promise<Proxy>
}

/** A port that passes everything on to a server, unless told otherwise. */
export type Proxy = {
  readonly name: string
  readonly host: string
  /** The same until the proxy is deleted. */
  readonly port: number
  /** A URL of the server, led through this port. */
  through(url: string): string
  /** Spoils what passes from now on, on connections that are open as well; gives the toxic's name. */
  add(toxic: Toxic): Promise<string>
  remove(toxic: string): Promise<void>
  /** Passes everything on again. */
  clear(): Promise<void>
  /** Ends all connections and refuses new ones. */
  disable(): Promise<void>
  enable(): Promise<void>
  delete(): Promise<void>
}

/** Times in milliseconds. `downstream`, the default, is what the server answers; `upstream`, what it is sent. */
export type Toxic = ToxicKind & {
  readonly stream?: 'upstream' | 'downstream'
  /** Share of the connections that it falls on, 1 when left out. */
  readonly toxicity?: number
}
type ToxicKind =
  | { readonly type: 'latency'; readonly latency: number; readonly jitter?: number }
  /** Passes nothing on and closes the connection after so long; 0: holds it open until the toxic is removed. */
  | { readonly type: 'timeout'; readonly timeout: number }
  /** Ends the connection by a TCP reset after so long. */
  | { readonly type: 'reset_peer'; readonly timeout: number }
  | { readonly type: 'slow_close'; readonly delay: number }
  /** Rate in kilobytes a second. */
  | { readonly type: 'bandwidth'; readonly rate: number }
  /** Closes the connection once so many bytes have passed. */
  | { readonly type: 'limit_data'; readonly bytes: number }

/** A Toxiproxy that runs at a URL. */
export function toxiproxyAt(url: string): Toxiproxy {
  return {
    async proxy(upstream) {
      const name = `tidemark-${randomUUID()}`
      // Port 0: the answer names the port that it got.
      const asked = { name, listen: '127.0.0.1:0', upstream: hostAndPort(upstream), enabled: true }
      const { listen } = (await call(url, 'POST', '/proxies', asked)) as { listen: string }
      return proxyOf(url, name, listen)
    },
  }
}

function proxyOf(url: string, name: string, listen: string): Proxy {
  const colon = listen.lastIndexOf(':')
  const path = `/proxies/${name}`
  const port = Number(listen.slice(colon + 1))
  const host = listen.slice(0, colon)
  const set = async (enabled: boolean) => void (await call(url, 'POST', path, { listen, enabled }))
  const remove = async (toxic: string) => void (await call(url, 'DELETE', `${path}/toxics/${toxic}`))
  return {
    name,
    host,
    port,
    through: (through) => through.replace(/^([a-z+]+:\/\/(?:[^@/]*@)?)[^/?]+/i, `$1${host}:${port}`),
    async add({ type, stream = 'downstream', toxicity = 1, ...attributes }) {
      const toxic = `${type}-${randomUUID()}`
      await call(url, 'POST', `${path}/toxics`, { name: toxic, type, stream, toxicity, attributes })
      return toxic
    },
    remove,
    async clear() {
      const toxics = (await call(url, 'GET', `${path}/toxics`)) as { name: string }[]
      for (const toxic of toxics) await remove(toxic.name)
      await set(true)
    },
    disable: () => set(false),
    enable: () => set(true),
    delete: async () => void (await call(url, 'DELETE', path)),
  }
}

function hostAndPort(upstream: string): string {
  return /^[a-z+]+:\/\/(?:[^@/]*@)?([^/?]+)/i.exec(upstream)?.[1] ?? upstream
}

async function call(url: string, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${url}${path}`, { method, ...(body && { body: JSON.stringify(body) }) })
  const text = await response.text()
  if (!response.ok) throw new Error(`Toxiproxy answered ${response.status} to ${method} ${path}: ${text}`)
  return text === '' ? null : JSON.parse(text)
}
