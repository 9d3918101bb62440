import { hashOf, isHashOf, newSecret } from './random.ts'

const MINUTES = 15

/** A link that is good once: of a first start, where it makes the first account, or of a demo. It is kept only here. */
export class SetupLink {
  private readonly now: () => number
  private readonly name: 'setup' | 'enter'
  private hash: string | null = null
  private until = 0

  constructor(now: () => number, name: 'setup' | 'enter' = 'setup') {
    this.now = now
    this.name = name
  }

  /** The fragment to open the page with; one that was made before is void. */
  make(): string {
    const secret = newSecret()
    this.hash = hashOf(secret)
    this.until = this.now() + MINUTES * 60_000
    return `#${this.name}=${secret}`
  }

  isGood(secret: string): boolean {
    return this.hash !== null && this.now() < this.until && isHashOf(this.hash, secret)
  }

  /** It has done its work. */
  use(): void {
    this.hash = null
  }
}
