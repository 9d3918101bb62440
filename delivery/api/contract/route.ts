import type { z } from 'zod'

/**
 * Who may ask: anybody, who is known at all (about themselves), who may read, who may change what is theirs, or who looks
 * after the server.
 */
export type Access = 'public' | 'self' | 'read' | 'write' | 'admin'

/** One route of the API: server, OpenAPI page, typed client and page all read it from here. */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below `/api/v1`, parameters as `:name`. */
  readonly path: string
  readonly summary: string
  readonly tag: string
  readonly access: Access
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  /** The body is a file, sent as it is (text/csv, or application/octet-stream), of so many bytes at most. */
  readonly upload?: number
  /** What is answered with 200, or with `status`; `file` is a download. */
  readonly answer: z.ZodType | 'file' | 'nothing'
  readonly status?: 200 | 201 | 202 | 204
}
