import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { api } from '../api/api.ts'
import { BASE, shareToken } from '../api/session.ts'
import type { ToldLive } from '../api/types.ts'
import { Connection, type LiveState } from './connection.ts'
import { gather, keepMerged, merge, renew } from './merge.ts'

export type RunNews = Extract<ToldLive, { type: 'run' }>
export type LiveFigures = Extract<ToldLive, { type: 'snapshot' | 'delta' }>
type Known = {
  readonly line: LiveState
  readonly figures: LiveFigures | null
  readonly run: RunNews | null
}

// One line for the page, however many of its parts listen.
let known: Known = {
  line: { state: 'connecting', retryAt: null, interval: null },
  figures: null,
  run: null,
}
const listeners = new Set<() => void>()
function learn(more: Partial<Known>): void {
  known = { ...known, ...more }
  for (const listener of listeners) listener()
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Keeps the page told about a portfolio. Once a page, in its shell. */
export function useConnection(portfolio: string | null): void {
  const client = useQueryClient()
  useEffect(() => {
    if (portfolio === null) return undefined
    const connection = new Connection(address(), {
      ticket,
      onState: (line) => learn({ line }),
      onMissed: () => void renew(client, null),
      onTold: (told) => {
        const isFigures = told.type === 'snapshot' || told.type === 'delta'
        const news = isFigures ? gather(known.figures, told) : told
        if (isFigures) learn({ figures: news as LiveFigures })
        if (told.type === 'run') learn({ run: told })
        // Of quantities that have changed the last values are wrong.
        if (told.type === 'changed') learn({ figures: withoutAssets(known.figures) })
        merge(client, news)
      },
    })
    const unmerge = keepMerged(client, () => known.figures)
    connection.watch([portfolio])
    const online = () => connection.retry()
    addEventListener('online', online)
    return () => {
      removeEventListener('online', online)
      unmerge()
      connection.close()
    }
  }, [client, portfolio])
}

function withoutAssets(figures: LiveFigures | null): LiveFigures | null {
  if (figures === null) return null
  return figures.type === 'snapshot' ? { ...figures, top: [] } : { ...figures, assets: [] }
}

function address(): string {
  const { protocol, host } = location
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}${BASE}/portfolio/ws`
}

/** Who came by a share link has no cookie, and shows a ticket instead. */
async function ticket(): Promise<string | null> {
  if (shareToken === null) return null
  const made = (await (api as (call: string) => Promise<unknown>)(
    'POST /portfolio/ws/ticket' satisfies string,
  )) as { ticket: string }
  return made.ticket
}

/** Whether figures come by themselves. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(subscribe, () => known.line)
}

/** The newest figures that were told of a portfolio; null until then. */
export function useFigures(portfolio: string | null): LiveFigures | null {
  const figures = useSyncExternalStore(subscribe, () => known.figures)
  return figures?.portfolio === portfolio ? figures : null
}

/** The run that goes on, or the last that did while the page was open. */
export function useRun(): RunNews | null {
  return useSyncExternalStore(subscribe, () => known.run)
}
