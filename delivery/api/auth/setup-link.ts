import { hashOf, isHashOf, newSecret } from './random.ts'

const MINUTES = 15

/** The link of a first start: whoever opens it first makes the first account. It is kept nowhere but here. */
export class SetupLink {
  private readonly now: () => number
  private hash: string | null = null
  private until = 0

  constructor(now: () => number) {
    this.now = now
  }

  /** The fragment to open the page with; one that was made before is void. */
  make(): string {
    const secret = newSecret()
    this.hash = hashOf(secret)
    this.until = this.now() + MINUTES * 60_000
    return `#setup=${secret}`
  }

  isGood(secret: string): boolean {
    return this.hash !== null && this.now() < this.until && isHashOf(this.hash, secret)
  }

  /** It has done its work. */
  use(): void {
    this.hash = null
  }
}
