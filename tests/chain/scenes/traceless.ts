import type { Profile } from '../support/proxy.ts'

/** A node as most are: it does not tell what went on inside of transactions. */
export const withoutTraces = (): Profile => ({
  call: (call) =>
    /^(?:trace|debug|alchemy|ots)_/.test(call.method)
      ? { code: -32601, message: `the method ${call.method} does not exist/is not available` }
      : call,
})
