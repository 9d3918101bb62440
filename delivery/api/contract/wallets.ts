import { z } from 'zod'
import { address, one, paged, span } from './asked.ts'
import * as documents from './documents.ts'
import type { Route } from './route.ts'
import { assets, stamped, word } from './values.ts'

/** Bytes of a file of flows: half a million rows. */
const UPLOAD = 64_000_000
const newWallet = z.strictObject({
  address,
  label: z.string().min(1).max(64).nullable().default(null),
  chains: z.array(z.string().min(1).max(64)).min(1).max(400),
})
const importReport = z.object({
  ...stamped,
  format: z.string(),
  /** Null where the file cannot be taken as it is. */
  added: z.number().int().nullable(),
  unchanged: z.number().int().nullable(),
  gone: z.number().int().nullable(),
  faults: z.array(z.string()),
  rows: z.array(documents.flow),
})
/** Wallets and flows: what a portfolio is read from. */
export const WALLET_ROUTES = {
  wallets: {
    method: 'GET',
    path: '/portfolio/wallets',
    tag: 'wallets',
    summary: 'Wallets, when they were last read, and what does not add up in them',
    access: 'read',
    query: one,
    answer: z.object({
      ...stamped,
      /** The portfolio is kept in a file of the server and changed there, not here. */
      inFile: z.boolean(),
      wallets: z.array(documents.wallet),
    }),
  },
  addWallet: {
    method: 'POST',
    path: '/portfolio/wallets',
    tag: 'wallets',
    summary: 'Add a wallet; its checksum is checked. Who has no portfolio yet gets one with it',
    access: 'write',
    query: one,
    body: newWallet,
    status: 201,
    answer: documents.wallet,
  },
  changeWallet: {
    method: 'PATCH',
    path: '/portfolio/wallets/:address',
    tag: 'wallets',
    summary: 'Change the label or the chains of a wallet',
    access: 'write',
    params: z.strictObject({ address }),
    query: one,
    body: newWallet.omit({ address: true }).partial(),
    answer: documents.wallet,
  },
  removeWallet: {
    method: 'DELETE',
    path: '/portfolio/wallets/:address',
    tag: 'wallets',
    summary: 'Take a wallet out of the portfolio; what was read of it is kept',
    access: 'write',
    params: z.strictObject({ address }),
    query: one,
    status: 204,
    answer: 'nothing',
  },
  chains: {
    method: 'GET',
    path: '/chains',
    tag: 'wallets',
    summary: 'Chains that a wallet can be read on, the usual ones first',
    access: 'read',
    answer: z.object({ ...stamped, chains: z.array(documents.chain) }),
  },
  flows: {
    method: 'GET',
    path: '/portfolio/flows',
    tag: 'flows',
    summary: 'What came in and went out, newest first',
    access: 'read',
    query: paged.extend({ assets: assets.optional(), ...span }),
    answer: documents.page(documents.flow),
  },
  previewImport: {
    method: 'POST',
    path: '/portfolio/flows/preview',
    tag: 'flows',
    summary: 'What an import of a file would do: every fault, and the rows as they would stand',
    access: 'write',
    query: one.extend({ format: word.optional(), name: word.optional() }),
    body: z.string(),
    upload: UPLOAD,
    answer: importReport,
  },
  importFlows: {
    method: 'POST',
    path: '/portfolio/flows',
    tag: 'flows',
    summary: 'Import a file of flows, all of it or nothing',
    access: 'write',
    query: one.extend({
      format: word.optional(),
      name: word.optional(),
      replace: z.enum(['true', 'false']).default('false'),
    }),
    body: z.string(),
    upload: UPLOAD,
    status: 201,
    answer: importReport,
  },
} as const satisfies Record<string, Route>
