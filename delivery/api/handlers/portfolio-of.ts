import type { Portfolio } from '#core/portfolio.ts'
import { Refusal } from '../problem.ts'
import type { ApiIo } from '../types.ts'

/**
 * The portfolio that a request is about: the one it names, else the only one there is.
 * @throws Refusal NOT_FOUND, in the same words for one that is another's and one that never was
 */
export async function portfolioOf(
  owner: string,
  name: string | undefined,
  { store }: Pick<ApiIo, 'store'>,
): Promise<Portfolio> {
  if (name !== undefined) {
    const found = await store.portfolio(owner, name)
    if (found !== null) return found
    throw new Refusal('NOT_FOUND', 'There is no such portfolio.', 'GET /portfolios lists the ones there are.')
  }
  const [first, second] = await store.portfolios(owner)
  if (first === undefined)
    throw new Refusal('NOT_FOUND', 'There is no portfolio yet.', 'Add a wallet, or import flows.')
  if (second !== undefined)
    throw new Refusal(
      'INVALID',
      'There are several portfolios.',
      'Name one: ?portfolio=NAME (GET /portfolios).',
    )
  return first
}
