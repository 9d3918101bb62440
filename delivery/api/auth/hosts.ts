import { BlockList, isIP } from 'node:net'

const LOOPBACK_RANGE = new BlockList()
LOOPBACK_RANGE.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK_RANGE.addAddress('::1', 'ipv6')

/** Whether a name or address can only mean this machine. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  if (bare === 'localhost') return true
  const family = isIP(bare)
  return family !== 0 && LOOPBACK_RANGE.check(bare, family === 6 ? 'ipv6' : 'ipv4')
}

/** The name of a `Host` header, without its port; null for what is none. */
export function hostName(header: string): string | null {
  return /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9_.-]{1,253})(?::\d{1,5})?$/i.exec(header)?.[1]?.toLowerCase() ?? null
}

/** The port of a `Host` header, as it is written; empty where it has none. */
export const hostPort = (header: string): string => /:(\d{1,5})$/.exec(header)?.[1] ?? ''

/**
 * Whether a `Host` header names this server: a loopback name, `--host` or the host of `--public-url`. Any other is a
 * page of somebody else whose name was made to point here.
 */
export function ownHosts(host: string, publicUrl: string | null): (header: string) => boolean {
  const named = publicUrl === null ? [host] : [host, new URL(publicUrl).hostname]
  const ours = new Set(named.map((each) => bracketed(each.toLowerCase())))
  return (header) => {
    const name = hostName(header)
    return name !== null && (isLoopback(name) || ours.has(name))
  }
}

const bracketed = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host)

/** Whether a page of this very server asks: its origin has the host and port that the request went to. */
export function sameOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false
  const { protocol, host: from } = new URL(origin)
  return (protocol === 'http:' || protocol === 'https:') && from === new URL(`${protocol}//${host}`).host
}
