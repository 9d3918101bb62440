import { z } from 'zod'

/** An amount or price: plain decimal text without exponent, `-0` or trailing zeros. */
export const decimal = z.string().regex(/^-?\d+(\.\d+)?$/)
/** Null where it is missing, which is not 0. */
export const decimalOrNull = decimal.nullable()
/** ISO 8601 in UTC, to the second. */
export const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
export const timeOrNull = time.nullable()
/** From 0 to 1. */
export const share = z.number().min(0).max(1)
/** 0.0123 is 1.23 %; null where there is nothing to divide by. */
export const fraction = z.number().nullable()
export const quality = z.enum(['missing', 'carried', 'estimated', 'ok'])

/** What every answer about figures says of itself. */
export const stamped = { schemaVersion: z.literal(1), asOf: time }

/** Text that a person or a provider wrote: bounded, so that no answer or request grows without end. */
export const word = z.string().min(1).max(200)
export const asset = z.string().min(1).max(300)

// What comes in. Numbers of a query are text there; each has its bounds.
export const portfolioName = z
  .string()
  .min(1)
  .max(64)
  .optional()
  .describe('Name of the portfolio; may be left out where there is one')
export const moment = z
  .string()
  .max(40)
  .regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/)
  .describe('UTC, such as 2026-11-01 or 2026-11-01T14:00Z')
export const assets = z
  .string()
  .max(8_000)
  .transform((text) => text.split(','))
  .pipe(z.array(z.string().min(1).max(300)).max(200))
  .describe('Asset ids with commas between them')
export const limit = z.coerce.number().int().min(1).max(1_000).default(100)
export const cursor = z
  .string()
  .max(200)
  .regex(/^[\w-]+$/)
  .optional()
  .describe('`next` of the page before')
