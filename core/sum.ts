/**
 * Compensated sum (Neumaier 1974): the error of a sum of n terms does not grow with n.
 * Terms are taken in the order given, so equal inputs give equal bytes.
 * @see docs/semantics.md, 4
 */
export class Sum {
  private total = 0
  private lost = 0

  add(term: number): this {
    const next = this.total + term
    this.lost += Math.abs(this.total) >= Math.abs(term) ? this.total - next + term : term - next + this.total
    this.total = next
    return this
  }

  get value(): number {
    return this.total + this.lost
  }
}

/** Compensated sum of the terms, in their order. */
export function sum(terms: Iterable<number>): number {
  const total = new Sum()
  for (const term of terms) total.add(term)
  return total.value
}
