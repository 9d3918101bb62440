import { pageOf } from '#pipeline/queries/page.ts'
import { listTokens, type TokenRow } from '#pipeline/queries/tokens.ts'
import type { Cli } from '../../cli/context.ts'
import { listOutcome, pageAsk, type List } from '../../cli/list.ts'
import type { Outcome } from '../../cli/output.ts'
import { withTokenStore } from './store.ts'
import type { TokensOptions } from '../tokens.ts'

const TOKENS: List<TokenRow> = {
  name: 'tokens',
  columns: [
    { head: 'chain', text: ({ chain }) => chain },
    { head: 'symbol', text: ({ symbol }) => symbol },
    { head: 'standing', text: ({ standing }) => standing },
    { head: 'asset', text: ({ asset, id }) => (asset === id ? '' : asset) },
    { head: 'decimals', number: true, text: ({ decimals }) => (decimals === null ? '' : String(decimals)) },
    { head: 'form', text: ({ form }) => (form === 'plain' ? '' : form) },
    { head: 'id', text: ({ id }) => id },
  ],
  document: (row) => row,
  empty: 'No token was met yet: "tidemark ingest" or "tidemark balances" reads wallets on their chains.',
}

export async function runTokens(cli: Cli, options: TokensOptions): Promise<Outcome> {
  return withTokenStore(cli, { write: false }, async ({ store, chainsOf, owner }) => {
    const all = await listTokens(store, owner, chainsOf(options.chain))
    const rows = all.filter(({ standing }) => options.standing === undefined || standing === options.standing)
    return listOutcome(cli, TOKENS, pageOf(rows, pageAsk(options)), options)
  })
}
