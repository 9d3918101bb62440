import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import { addHours, formatTime, type Hour } from '#core/hour.ts'
import { inMemory } from '#tests/support/in-memory.ts'
import { withGecko, type Gecko } from '#tests/support/gecko.ts'
import { program, type ProgramEnd } from '#tests/support/program.ts'
import { seeded, type Random } from '#tests/support/random.ts'
import {
  nowAfter,
  rangeFlags,
  STEADY_PORTFOLIO,
  steadyFlows,
  steadyMarket,
  type Span,
} from '#tests/support/steady.ts'

export type Env = Readonly<Record<string, string>>

/** Two weeks over the end of a month: two months of six coins, which a slow server stores in a second. */
export const SPAN: Span = { from: Date.UTC(2024, 1, 21) as Hour, days: 14 }
export const INGEST = ['ingest', '--json', '--portfolio', 'portfolio.yaml', ...rangeFlags(SPAN)]
export const PNL = ['pnl', '--json', '--portfolio', 'portfolio.yaml', ...rangeFlags(SPAN)]
/** What is reported as stored before any fault, and that no later command would store again. */
export const ACKNOWLEDGED: readonly (readonly string[])[] = [
  ['import', 'by-hand.csv'],
  ['prices', 'import', 'otc.csv'],
]
const BY_HAND = 12
const FLOWS = 60
const SLOWEST_MS = 150

/** A folder that its maker removes. */
export function newFolder(): string {
  return mkdtempSync(join(inMemory() ?? tmpdir(), 'tidemark-faults-'))
}

/** The same files as another home, its data folder too. */
export function copyOf(of: string): { readonly cwd: string; readonly remove: () => void } {
  const cwd = newFolder()
  cpSync(of, cwd, { recursive: true, preserveTimestamps: true })
  return { cwd, remove: () => rmSync(cwd, { recursive: true, force: true }) }
}

/** A home with a portfolio, its flows, and files to import; nothing is stored. */
export function newHome(seed: number): { readonly cwd: string; readonly remove: () => void } {
  const cwd = newFolder()
  mkdirSync(join(cwd, 'data'))
  writeFileSync(join(cwd, 'portfolio.yaml'), STEADY_PORTFOLIO)
  writeFileSync(join(cwd, 'flows.csv'), steadyFlows(seed, FLOWS, SPAN))
  writeFileSync(join(cwd, 'by-hand.csv'), steadyFlows(seed + 1, BY_HAND, SPAN))
  const hour = formatTime(addHours(SPAN.from, 30))
  writeFileSync(join(cwd, 'otc.csv'), `time,asset,price\n${hour},solana,101.25\n`)
  return { cwd, remove: () => rmSync(cwd, { recursive: true, force: true }) }
}

/** A provider whose answers take their time, each its own, so that writes do not all fall into one moment. */
export function withProvider<T>(
  seed: number,
  random: Random,
  work: (gecko: Gecko) => Promise<T>,
): Promise<T> {
  const intercept = async () => {
    await setTimeout(20 + random() * SLOWEST_MS)
    return false
  }
  return withGecko({ market: steadyMarket(seed, SPAN), now: nowAfter(SPAN), intercept }, work)
}

/** What an undisturbed life leaves: the same on every store (tests/e2e/every-store.test.ts). */
export type Reference = { readonly ingested: string; readonly hash: string; readonly figures: string }

export async function referenceOf(seed: number): Promise<Reference> {
  const { cwd, remove } = newHome(seed)
  try {
    return await withProvider(seed, seeded(seed), async ({ env }) => {
      const { ingested, ...rest } = await undisturbed({ cwd, env })
      return { ingested, ...rest }
    })
  } finally {
    remove()
  }
}

/** Every step of a life, each of which must end well. */
export async function undisturbed(place: { cwd: string; env: Env }): Promise<Reference> {
  for (const args of [...ACKNOWLEDGED, INGEST]) await ends(args, place)
  const ingested = await verified(place)
  const figures = figuresOf(await ends(PNL, place))
  return { ingested, figures, hash: await verified(place) }
}

/** Runs a command that must end with one of these codes. */
export async function ends(
  args: readonly string[],
  place: { cwd: string; env: Env },
  codes: readonly number[] = [0],
): Promise<ProgramEnd> {
  const end = await program(args, place)
  expect(codes, `${args[0]} ended with ${end.code}\n${end.stdout.slice(0, 2000)}${end.stderr}`).toContain(
    end.code,
  )
  return end
}

/** The canonical hash of a store that `verify` finds whole. */
export async function verified(place: { cwd: string; env: Env }): Promise<string> {
  const { stdout } = await ends(['verify', '--json'], place)
  const { ok, hash } = JSON.parse(stdout) as { ok: boolean; hash: string }
  expect(ok).toBe(true)
  return hash
}

/** What `pnl --json` answered, without how much of it was computed now. */
export const figuresOf = ({ stdout }: ProgramEnd): string => stdout.replace(/"batches":\{[^}]*\}/, '')
