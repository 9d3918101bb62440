/** A list that a provider gives whole: read once in a while, by whoever needs it first, for all who ask meanwhile. */
export class KeptList<T> {
  private readonly read: (signal: AbortSignal) => Promise<T>
  private readonly keptMs: number
  private readonly now: () => number
  private kept: { readonly at: number; readonly list: Promise<T> } | null = null

  /** @param keptMs how long it is good, in milliseconds; one that could not be read is asked for again at once */
  constructor(read: (signal: AbortSignal) => Promise<T>, keptMs: number, now: () => number) {
    this.read = read
    this.keptMs = keptMs
    this.now = now
  }

  of(signal: AbortSignal): Promise<T> {
    if (this.kept !== null && this.now() - this.kept.at < this.keptMs) return this.kept.list
    const kept = { at: this.now(), list: this.read(signal) }
    this.kept = kept
    kept.list.catch(() => {
      if (this.kept === kept) this.kept = null
    })
    return kept.list
  }
}
