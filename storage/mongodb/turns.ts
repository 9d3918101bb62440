/** Lets the callers of one process do something with the same names one after the other. */
export class Turns {
  private readonly tails = new Map<string, Promise<void>>()

  /** Waits for the turn of all names, and returns what ends it. Taken in one order, so that no two wait for each other. */
  async enter(names: readonly string[]): Promise<() => void> {
    const releases: (() => void)[] = []
    for (const name of [...new Set(names)].sort()) releases.push(await this.enterOne(name))
    return () => releases.forEach((release) => release())
  }

  private async enterOne(name: string): Promise<() => void> {
    const before = this.tails.get(name)
    const { promise, resolve } = promiseWithResolver()
    this.tails.set(name, promise)
    await before
    return () => {
      if (this.tails.get(name) === promise) this.tails.delete(name)
      resolve()
    }
  }
}

function promiseWithResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>((done) => (resolve = done))
  return { promise, resolve }
}
