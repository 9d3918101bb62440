import { jwtVerify, SignJWT } from 'jose'
import { newId } from './random.ts'

export const ACCESS_MINUTES = 15
const ALGORITHM = 'HS256'
const ISSUER = 'tidemark'
const AUDIENCE = 'tidemark-api'
/** RFC 9068: a token of any other type is not taken for one that gives access. */
const TYPE = 'at+jwt'
/** Clocks of servers that share a secret may differ so much. */
const SKEW_SECONDS = 5

/** For whom a token speaks: a session, or a share link. */
export type Subject = { readonly kind: 'session' | 'share'; readonly id: string }

/** Signs and checks access tokens. One algorithm, one secret: nothing in a token says how it is to be checked. */
export class AccessTokens {
  private readonly secret: Uint8Array
  private readonly now: () => number

  constructor(secret: Uint8Array, now: () => number) {
    this.secret = secret
    this.now = now
  }

  async sign({ kind, id }: Subject): Promise<{ token: string; expires: number }> {
    const at = Math.floor(this.now() / 1_000)
    const expires = at + ACCESS_MINUTES * 60
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(`${kind}:${id}`)
      .setJti(newId())
      .setIssuedAt(at)
      .setNotBefore(at)
      .setExpirationTime(expires)
      .sign(this.secret)
    return { token, expires: expires * 1_000 }
  }

  /** Null for whatever is not wholly as `sign` makes it, or is no longer good. */
  async read(token: string): Promise<(Subject & { expires: number }) | null> {
    try {
      const { payload } = await jwtVerify(token, this.secret, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        typ: TYPE,
        requiredClaims: ['exp', 'nbf', 'iat', 'sub', 'jti'],
        maxTokenAge: ACCESS_MINUTES * 60,
        clockTolerance: SKEW_SECONDS,
        currentDate: new Date(this.now()),
      })
      const [, kind, id] = /^(session|share):([0-9a-f]{24})$/.exec(payload.sub ?? '') ?? []
      if (kind === undefined || id === undefined || typeof payload.jti !== 'string') return null
      return { kind: kind as Subject['kind'], id, expires: (payload.exp ?? 0) * 1_000 }
    } catch {
      // Why is nobody's business: who has a good one never comes here.
      return null
    }
  }
}
