import { setTimeout as wait } from 'node:timers/promises'

/** Waits; an aborted wait ends at once, without an error. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
}

/** Asks again and again, until the answer is yes or the time is over. An error counts as not yet. */
export async function until(
  yes: () => Promise<boolean> | boolean,
  { timeoutMs, everyMs = 20 }: { readonly timeoutMs: number; readonly everyMs?: number },
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs
  while (performance.now() < deadline) {
    try {
      if (await yes()) return true
    } catch {
      // Not yet.
    }
    await sleep(everyMs)
  }
  return false
}
