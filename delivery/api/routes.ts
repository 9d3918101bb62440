import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { admit } from './access.ts'
import { Answers } from './answers.ts'
import { sendDownload, type Patience } from './send-download.ts'
import { SharesOfWork } from './shares-of-work.ts'
import { ROUTES, type RouteName } from './contract.ts'
import type { Route } from './contract/route.ts'
import { fingerprintOf, type KeptAnswers } from './kept-answers.ts'
import { refuseAmounts, withoutAmounts } from './hide-amounts.ts'
import { refuseTwice } from './query-text.ts'
import { Turns } from './turns.ts'
import type { Ask, Auth, Handler, Principal, Reply, Runner } from './types.ts'

/** Routes that the server itself answers: what it knows of its own process, and what goes through it. */
export type OwnRoutes = { readonly [N in RouteName]?: OwnHandler<N> }
type OwnHandler<N extends RouteName> = (ask: Ask<N>, call: Call) => ReturnType<Handler<N>>
/** The request itself, for what stands in its headers and in those of its answer. */
export type Call = {
  readonly who: Principal | null
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}
const KEYED = z.looseObject({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/)
    .optional()
    .describe('Same key and same request: the same answer for 24 hours, and nothing is done twice'),
})
const NO_QUERY = z.strictObject({})

export type Serving = {
  readonly auth: Auth
  readonly runner: Runner
  readonly own: OwnRoutes
  /** Changes whenever the store's content may have. */
  readonly changeMark: () => string
  /** Answers of writes by their keys; a server without them does what it is asked each time. */
  readonly kept?: KeptAnswers
  /** Told of every change of a portfolio that was done here; `portfolio` is what the request names. */
  readonly onChange?: (change: PortfolioChange) => void
  /** With readers of downloads. */
  readonly patience?: Patience
}
export type PortfolioChange = {
  readonly owner: string
  /** Null where the request names none: then it is the only one there is. */
  readonly portfolio: string | null
  readonly what: 'flows' | 'wallets'
}
const CHANGES: { readonly [N in RouteName]?: PortfolioChange['what'] } = {
  importFlows: 'flows',
  addWallet: 'wallets',
  changeWallet: 'wallets',
  removeWallet: 'wallets',
}
/** What one owner may ask at once; each beyond waits for their own. */
const READS = { running: 2, waiting: 100 }
const DOWNLOADS = { running: 1, waiting: 2 }

/** What the requests of one server have in common, whichever prefix they come by. */
export type Lanes = ReturnType<typeof lanes>
export const lanes = () => ({
  answers: new Answers(),
  turns: new Turns(),
  reads: new SharesOfWork(READS),
  downloads: new SharesOfWork(DOWNLOADS),
  /** Who asks a request that was let in. */
  asking: new WeakMap<FastifyRequest, Principal | null>(),
})

/** Every route of the contract below a prefix. */
export function registerRoutes(app: FastifyInstance, serving: Serving, shared: Lanes): void {
  for (const name of Object.keys(ROUTES) as RouteName[]) {
    const route: Route = ROUTES[name]
    app.route({
      method: route.method,
      url: route.path,
      ...(route.upload === undefined ? {} : { bodyLimit: route.upload }),
      schema: {
        summary: route.summary,
        tags: [route.tag],
        operationId: name,
        ...(route.params === undefined ? {} : { params: route.params }),
        querystring: route.query ?? NO_QUERY,
        ...(route.body === undefined ? {} : { body: route.body }),
        ...(takesKey(route) ? { headers: KEYED } : {}),
        response: responsesOf(route),
      },
      // Before the body is read: who may not ask sends nothing, and learns nothing of what is valid.
      onRequest: async (request) => {
        const who = route.access === 'public' ? null : await serving.auth.of(request)
        refuseTwice(request.query)
        admit(route.access, who, portfolioIn(request.query) ?? undefined)
        refuseAmounts(name, who)
        shared.asking.set(request, who)
      },
      handler: async (request, reply) =>
        answer(name, request, reply, { ...serving, ...shared, who: shared.asking.get(request) ?? null }),
    })
  }
}

const portfolioIn = (query: unknown): string | null =>
  (query as { portfolio?: string } | undefined)?.portfolio ?? null

function responsesOf({ answer, status = 200 }: Route): Record<string, unknown> {
  if (answer === 'nothing' || answer === 'file') return {}
  return { [status]: answer }
}

type Answering = Serving & Lanes & { readonly who: Principal | null }

async function answer(
  name: RouteName,
  request: FastifyRequest,
  reply: FastifyReply,
  answering: Answering,
): Promise<FastifyReply> {
  const { params, query, body, headers } = request
  const call = { who: answering.who, request, reply }
  const ask = { params, query, body, owner: answering.who?.owner ?? '' } as Ask<RouteName>
  if (name === 'export') return exported(ask as unknown as Ask<'export'>, call, answering)
  return send(ROUTES[name], await replyOf(name, ask, call, answering), headers['if-none-match'], reply)
}

async function exported(
  ask: Ask<'export'>,
  call: Call,
  { downloads, runner, patience, who }: Answering,
): Promise<FastifyReply> {
  const leave = await downloads.enter(purseOf(who))
  return sendDownload(() => runner.download(ask), call, leave, patience)
}

/** Who pays for what is asked: an owner, apart from all to whom the owner gave a link. */
const purseOf = (who: Principal | null): string => JSON.stringify([who?.owner, who?.by === 'share'])

async function replyOf(
  name: RouteName,
  ask: Ask<RouteName>,
  call: Call,
  answering: Answering,
): Promise<Reply> {
  const { kept, who } = answering
  const key = call.request.headers['idempotency-key']
  if (kept === undefined || who === null || typeof key !== 'string' || !takesKey(ROUTES[name]))
    return made(name, ask, call, answering)
  const { params, query, body } = ask
  const fingerprint = await fingerprintOf([name, who.user, params ?? null, query ?? null], body)
  return kept.answer({ owner: who.owner, key, fingerprint }, () => made(name, ask, call, answering))
}

/**
 * Writes, but for those about sessions, accounts, tokens and tickets: what they answer is a secret that is told once, and
 * an answer that is kept is told twice.
 */
export const takesKey = ({ method, tag, access }: Route): boolean =>
  method !== 'GET' && tag !== 'session' && (access === 'write' || access === 'admin')

async function made(
  name: RouteName,
  ask: Ask<RouteName>,
  call: Call,
  { runner, own, changeMark, answers, turns, reads, who, onChange }: Answering,
): Promise<Reply> {
  const itself = own[name] as OwnHandler<RouteName> | undefined
  if (itself !== undefined) return ownReply(name, await itself(ask, call))
  if (ROUTES[name].method !== 'GET' && name !== 'previewImport') {
    const reply = await turns.after(ask.owner, () => runner.run(name, ask))
    const what = CHANGES[name]
    if (what !== undefined) onChange?.({ owner: ask.owner, portfolio: portfolioIn(ask.query), what })
    return reply
  }
  const run = () => reads.during(purseOf(who), () => runner.run(name, ask))
  if (name === 'previewImport') return run()
  const hide = who?.hideAmounts === true
  const key = JSON.stringify([name, ask.owner, ask.params, ask.query, hide])
  return answers.of(key, changeMark(), hide ? async () => withoutAmounts(await run()) : run)
}

function ownReply(name: RouteName, document: unknown): Reply {
  const route: Route = ROUTES[name]
  return { status: route.status ?? 200, body: new TextEncoder().encode(JSON.stringify(document)), etag: null }
}

function send(
  route: Route,
  { status, body, etag }: Reply,
  known: string | undefined,
  reply: FastifyReply,
): FastifyReply {
  // Figures of somebody: kept by nobody on the way, and asked about again each time by the one who has them.
  reply.header('cache-control', etag === null ? 'no-store' : 'private, no-cache')
  if (etag !== null) {
    reply.header('etag', etag).header('vary', 'Authorization, Cookie')
    if (matches(known, etag)) return reply.code(304).send()
  }
  if (route.answer === 'nothing') return reply.code(status).send()
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send(Buffer.from(body.buffer, body.byteOffset, body.byteLength))
}

/** RFC 9110, 13.1.2: compared weakly. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined || header.length > 4_000) return false
  const bare = (text: string) => text.trim().replace(/^W\//, '')
  return header.split(',').some((each) => each.trim() === '*' || bare(each) === bare(etag))
}
