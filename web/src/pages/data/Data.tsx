import { useApi } from '../../api/use-api.ts'
import { useMay } from '../../api/use-me.ts'
import { usePortfolio } from '../../shell/portfolio.ts'
import { Gaps } from './Gaps.tsx'
import { Health } from './Health.tsx'
import { Providers } from './Providers.tsx'
import { Runs } from './Runs.tsx'
import { Suspects } from './Suspects.tsx'
import { Unexplained } from './Unexplained.tsx'

const MOST_GAPS = 1_000

/** What the figures are made of: what is missing in it, what looks wrong, and what reads it. */
export function Data() {
  const { name } = usePortfolio()
  const looksAfter = useMay('admin')
  const query = useApi('GET /gaps', { query: { portfolio: name ?? undefined, limit: MOST_GAPS } })
  const { rows = [], suspects = [], unexplained = [], total = null } = query.data ?? {}
  return (
    <>
      <h1 className="hidden">Data</h1>
      <Health />
      {looksAfter ? <Runs /> : null}
      <Suspects query={query} suspects={suspects} />
      <Unexplained query={query} flows={unexplained} />
      <Gaps query={query} gaps={rows} total={total} />
      {looksAfter ? <Providers /> : null}
    </>
  )
}
