import { ROUTES, type RouteName } from './contract.ts'
import type { Route } from './contract/route.ts'
import { titleOf } from './problem.ts'

/** A password is looked at: then too many tries are refused. So are too many reads of one owner at once. */
const GUESSED: readonly string[] = ['signIn', 'changeMe'] satisfies RouteName[]

type Described = Readonly<Record<string, unknown>>

/** RFC 9457, with our code and the next step. */
const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'fix', 'instance'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    detail: { type: 'string' },
    fix: { type: 'string' },
    faults: { type: 'array', items: { type: 'string' } },
    instance: { type: 'string', description: 'The request, as the log names it' },
  },
} as const

/** What a route answers beside the document that its schema describes, for the page of the routes. */
export function answersOf(name: string): Described {
  const route = (ROUTES as Partial<Record<string, Route>>)[name]
  if (route === undefined) return {}
  const answers: Record<string, unknown> = {}
  if (route.answer === 'nothing') answers[String(route.status ?? 204)] = { description: 'Done' }
  if (route.answer === 'file') answers['200'] = fileAnswer()
  if (hasTag(route)) answers['304'] = { description: 'As it was: If-None-Match names its tag' }
  for (const status of problemsOf(name, route))
    answers[String(status)] = {
      description: titleOf(status),
      content: { 'application/problem+json': { schema: PROBLEM } },
    }
  return answers
}

/** Statuses that a route can refuse with. */
export function problemsOf(name: string, { access, method, params, query, body }: Route): number[] {
  const found = [400, 421, 500, 503]
  const named = params !== undefined || (query !== undefined && 'portfolio' in query.shape)
  if (access !== 'public') found.push(401, 403)
  else if (method === 'POST') found.push(401)
  if (named || access === 'read' || method === 'POST') found.push(404)
  if (body !== undefined) found.push(408, 413, 415)
  if (method !== 'GET' && access !== 'public') found.push(409, 422)
  if (GUESSED.includes(name) || access === 'read') found.push(429)
  return found.sort((a, b) => a - b)
}

/** Answers of the store have a tag, by which they are asked for again for nothing. */
const hasTag = ({ method, access, answer }: Route): boolean =>
  method === 'GET' && answer !== 'file' && access === 'read'

const fileAnswer = () => ({
  description: 'A file, as it is made',
  content: { 'text/csv': { schema: { type: 'string' } }, 'application/json': { schema: { type: 'object' } } },
})
