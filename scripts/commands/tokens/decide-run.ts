import { readAddress } from '#core/address.ts'
import { quoted } from '#core/reading.ts'
import type { EvmChain, Hex } from '#ingestion/evm/types.ts'
import { moveToken } from '#pipeline/chain/move-token.ts'
import { decideToken } from '#pipeline/chain/known-tokens.ts'
import { offlineTokens } from '#pipeline/chain/offline-tokens.ts'
import { withLease } from '#pipeline/jobs/lease.ts'
import { byHand } from '../../cli/by-hand.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { count } from '../../cli/plan-text.ts'
import { usage } from '../../cli/values.ts'
import { jobBase } from '../../wiring/job.ts'
import type { DecideOptions, Verb } from './decide.ts'
import { withTokenStore, type TokenPlace } from './store.ts'

const DECISIONS = { confirm: 'confirmed', hide: 'hidden' } as const
const PLACES = { confirm: 'counted', hide: 'aside' } as const

/** Keeps a decision about a token, and moves what it moved between what counts and what does not. */
export async function runDecide(cli: Cli, verb: Verb, id: string, options: DecideOptions): Promise<Outcome> {
  return withTokenStore(cli, { write: true }, async (place) => {
    const { store, owner } = place
    const { chain, contract } = tokenOf(id, options, place)
    const at = Date.now()
    const decision = { decision: DECISIONS[verb], at, ...byHand(options) }
    // A reading that goes on meanwhile would put flows where they belonged before.
    const [token, moved] = await withLease({ ...jobBase(store) }, cli.stop.signal, async () => {
      await decideToken(store, owner, { chain, contract }, decision)
      const token = (await offlineTokens(store, owner, chain)).of(contract)
      const move = { owner, chain: chain.name, asset: token.asset, at }
      return [token, await moveToken(store, { ...move, to: PLACES[verb] })] as const
    })
    const name = token.symbol === '' ? contract : `${token.symbol} (${contract})`
    return {
      exitCode: 0,
      text: () => `${name} on ${chain.name} is ${token.standing}${movedWords(moved, verb)}`,
      document: () => ({
        movedFlows: moved,
        token: { ...token, id: `${chain.caip2}/erc20:${contract}`, chain: chain.name },
      }),
    }
  })
}

function movedWords(moved: number, verb: Verb): string {
  if (moved === 0) return ''
  const counts = moved === 1 ? 'counts' : 'count'
  return `; ${count(moved, 'flow')} of it ${verb === 'confirm' ? `${counts} now` : `no longer ${counts}`}`
}

/** @throws TidemarkError USAGE for what is no token, INPUT_INVALID for what is no chain */
function tokenOf(
  id: string,
  { chain }: DecideOptions,
  { chainsOf }: TokenPlace,
): { chain: EvmChain; contract: Hex } {
  const parts = /^(eip155:\d+)\/erc20:(0x[0-9a-f]{40})$/i.exec(id)
  const name = parts?.[1] ?? chain
  const { value, fault } = readAddress(parts?.[2] ?? id)
  if (value === null)
    throw usage(
      `${fault}.`,
      'Name a token as "tidemark tokens list" does: eip155:1/erc20:0x… or 0x… with --chain.',
    )
  const [found] = name === undefined ? [] : chainsOf([name])
  if (found === undefined)
    throw usage(
      `${quoted(id)} is an address on some chain.`,
      'Name the chain with --chain, or give the whole id (eip155:1/erc20:0x…).',
    )
  return { chain: found, contract: value as Hex }
}
