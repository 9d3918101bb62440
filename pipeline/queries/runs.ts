import type { Run, RunStore } from '../ports.ts'
import type { PageAsk } from './page.ts'

/** A run with its end summary read from JSON; `{}` while it runs. */
export type RunRow = Omit<Run, 'summary'> & { readonly summary: unknown }

/** Runs, newest first; `more` says whether there are older ones. */
export async function listRuns(
  store: RunStore,
  ask: PageAsk,
): Promise<{ readonly rows: readonly RunRow[]; readonly more: boolean }> {
  const runs = await store.runs({ limit: ask.limit + 1, offset: ask.offset })
  const rows = runs
    .slice(0, ask.limit)
    .map((run) => ({ ...run, summary: JSON.parse(run.summary) as unknown }))
  return { rows, more: runs.length > ask.limit }
}
