import { isIP } from 'node:net'
import { TidemarkError } from '#core/errors.ts'
import { isLoopback } from './hosts.ts'

/** How a server is about to be reached. */
export type Bind = {
  readonly host: string
  /** It speaks TLS itself. */
  readonly tls: boolean
  /** `--behind-proxy`: networks whose forwarded headers count. */
  readonly proxies: readonly string[]
}

/**
 * Whether a server may open there: what others can reach has accounts, and nobody can listen in on it.
 * @param users how many accounts there are
 * @throws TidemarkError CONFIG_INVALID with everything that is missing
 */
export function guardBind({ host, tls, proxies }: Bind, users: number): void {
  const faults = proxies.flatMap(proxyFault)
  if (!isLoopback(host)) {
    if (users === 0)
      faults.push(
        `${host} is reached by others, and there is no account: "tidemark users add NAME" makes one`,
      )
    if (!tls && proxies.length === 0)
      faults.push(
        `${host} is reached by others, and nothing encrypts what is sent: give --tls-cert and --tls-key, or ` +
          '--behind-proxy with the network of the proxy that does',
      )
  }
  if (faults.length === 0) return
  throw new TidemarkError('CONFIG_INVALID', {
    message: 'The server does not open like this.',
    faults,
    fix: 'Mend these, or leave --host out: 127.0.0.1 is reached from this machine alone.',
  })
}

function proxyFault(network: string): string[] {
  const [address = '', bits, more] = network.split('/')
  const family = isIP(address)
  const most = family === 4 ? 32 : 128
  const isNetwork =
    family !== 0 &&
    more === undefined &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
  if (!isNetwork)
    return [`--behind-proxy ${JSON.stringify(network.slice(0, 60))} is no network: write it as 10.0.0.0/8`]
  // Whoever is trusted says who asks: of a network that has everybody in it, that is anybody.
  if (bits !== undefined && Number(bits) < 8)
    return [`--behind-proxy ${network} trusts nearly everybody: name the proxy's own network`]
  return []
}
