/** What runs, who may, and what it has used up. */
import type { ProviderId } from '#core/candle.ts'
import type { Month } from '#core/month.ts'

export type RunOutcome = 'running' | 'complete' | 'partial' | 'failed' | 'interrupted'
export type Run = {
  readonly id: string
  readonly command: string
  readonly started: number
  readonly finished: number | null
  readonly outcome: RunOutcome
  readonly exitCode: number | null
  /** The end summary, as JSON. */
  readonly summary: string
}
export interface RunStore {
  writeRun(run: Run): Promise<void>
  /** Newest first. */
  runs(page: { limit: number; offset: number }): Promise<Run[]>
}
export interface LeaseStore {
  /** Takes the lease unless another holder has it and it has not expired. Returns who holds it now. */
  acquireLease(
    name: string,
    holder: string,
    ttlMs: number,
    now: number,
  ): Promise<{ acquired: boolean; holder: string; expires: number }>
  /** False when the lease was lost. */
  renewLease(name: string, holder: string, ttlMs: number, now: number): Promise<boolean>
  releaseLease(name: string, holder: string): Promise<void>
}
export interface UsageStore {
  /** Adds calls to a provider's count of a UTC month and returns the new count. */
  addCalls(provider: ProviderId, month: Month, calls: number): Promise<number>
  calls(provider: ProviderId, month: Month): Promise<number>
}
