/** Parts that the questions of several routes have in common. */
import { z } from 'zod'
import { cursor, limit, moment, portfolioName } from './values.ts'

export const one = z.strictObject({ portfolio: portfolioName })
export const paged = one.extend({ limit, cursor })
export const span = { from: moment.optional(), to: moment.optional() }
export const method = z.enum(['fifo', 'lifo', 'hifo', 'lofo', 'average', 'uk']).default('fifo')
export const scope = z.enum(['pooled', 'wallet']).default('pooled')
export const year = z.coerce.number().int().min(2009).max(2200).optional()
export const address = z.string().min(1).max(300)
