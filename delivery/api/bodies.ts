import type { FastifyInstance } from 'fastify'
import { parse } from 'lossless-json'
import { Refusal } from './problem.ts'

/** What is taken as a body: JSON, and files as they are. A form of another site can send neither. */
export function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  const read = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      const text = textOf(body)
      void read(request, text, (error, document) => {
        if (error === null) refuseDoubt(text)
        done(error, document)
      })
    } catch (error) {
      done(error as Error)
    }
  })
  app.addContentTypeParser(
    ['text/csv', 'application/octet-stream'],
    { parseAs: 'buffer' },
    (_, body, done) => {
      try {
        done(null, textOf(body))
      } catch (error) {
        done(error as Error)
      }
    },
  )
}

/** Letters that are none would be stored as another text than was sent. @throws Refusal INVALID */
function textOf(body: string | Buffer): string {
  if (typeof body === 'string') return body
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw new Refusal('INVALID', 'The body is not UTF-8.', 'Save or send it as UTF-8.')
  }
}

/** A proxy may see the first of two fields with one name, and we the last. @throws Refusal INVALID */
function refuseDoubt(text: string): void {
  try {
    parse(text)
  } catch {
    throw new Refusal(
      'INVALID',
      'The JSON has a field twice, or is nested without end.',
      'Give each field once; /docs shows each.',
    )
  }
}
