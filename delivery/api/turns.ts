/** Does what changes something one after the other for each owner: a portfolio is read, changed and written whole. */
export class Turns {
  private readonly last = new Map<string, Promise<unknown>>()

  async after<T>(owner: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(owner) ?? Promise.resolve()
    const mine = before.then(work, work)
    // Whoever is next waits, whether it went well or not.
    const settled = mine.catch(() => undefined)
    this.last.set(owner, settled)
    try {
      return await mine
    } finally {
      if (this.last.get(owner) === settled) this.last.delete(owner)
    }
  }
}
