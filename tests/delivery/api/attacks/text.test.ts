import { describe, expect, test } from 'vitest'
import type { RouteName } from '#delivery/api/contract.ts'
import { askRoute, ELSEWHERE, fieldsOf, NAMES, REQUESTS, requestWith } from '../contract/requests.ts'
import type { Reply } from '../auth/stand.ts'
import { world, type World } from '../contract/world.ts'

/** What would do something if anything took it for more than text. */
const TEXTS: Readonly<Record<string, string>> = {
  sql: "' OR 1=1--",
  union: "x' UNION SELECT value,2,3 FROM records--",
  subquery: '(select name from sqlite_master)',
  wildcards: '%_%',
  flux: 'bitcoin") |> drop() //',
  line: 'A,b=1 v=9\nx v=1',
  backslash: 'BTC\\',
  operator: '{"$ne":null}',
  where: "';return true;//",
  prototype: '__proto__',
  constructor: 'constructor',
  method: 'toString',
  html: '<img src=x onerror=alert(1)>',
  script: 'javascript:alert(1)',
  bidi: 'abc\u202edef',
  escape: '\u001b]0;owned\u0007\u001b[2J',
  crlf: 'x\r\nSet-Cookie: a=b',
  nul: 'a\u0000b',
  path: '../../../../etc/passwd',
  template: '${7*7}{{7*7}}',
  formula: '=HYPERLINK("http://evil")',
  number: '9e999',
  surrogate: 'a\ud800b',
}
/** Routes after which nobody is signed in, or the one who asks is another. */
const ENDS: readonly RouteName[] = ['signOut', 'changeMe', ...ELSEWHERE]

const DOORS: readonly RouteName[] = ['signIn', 'refresh', 'setUp', 'openShare', 'enter']
const TYPES = /^(application\/(problem\+)?json|text\/csv)/

/** What is wrong with the answers to requests that have the value in one of their fields. */
async function faultsOf(at: World, name: RouteName, value: unknown): Promise<string[]> {
  const faults: string[] = []
  for (const { part, field } of fieldsOf(name)) {
    const reply = await askRoute(at, name, 'ada', requestWith(name, { part, field }, value))
    const fault = faultOf(name, reply)
    if (fault !== null) faults.push(`${name}.${part}.${field}: ${fault} ${reply.body.slice(0, 300)}`)
  }
  return faults
}

function faultOf(name: RouteName, { statusCode, headers, body }: Reply): string | null {
  // What is no credential is refused as one; anywhere else 401 would say that somebody was signed out.
  if (statusCode >= 500 || (statusCode === 401 && !DOORS.includes(name))) return String(statusCode)
  if (statusCode !== 204 && !TYPES.test(String(headers['content-type'])))
    return String(headers['content-type'])
  if (/SQLITE|node_modules|at Object\.|root:x:/.test(body)) return 'tells of the inside'
  return /a=b|evil/.test(JSON.stringify(headers)) ? 'a header of theirs' : null
}

describe('text that would be more than text', () => {
  test('every route of the contract has a good request here', () => {
    expect(Object.keys(REQUESTS).sort()).toEqual([...NAMES].sort())
  })

  for (const [what, text] of Object.entries(TEXTS))
    test(`A10, A12, A13, A14, A24: ${what} in every field of every route is refused, or is text`, async () => {
      const at = await world()
      const stored = await at.store.stats()
      const faults: string[] = []
      for (const name of NAMES.filter((each) => !ENDS.includes(each)))
        faults.push(...(await faultsOf(at, name, text)))
      expect(faults).toEqual([])
      expect(({} as { admin?: unknown }).admin).toBeUndefined()
      expect((await at.store.stats())['chunks']).toEqual(stored['chunks'])
      expect((await askRoute(at, 'portfolio')).statusCode).toBe(200)
    })
})
