/**
 * What a quantity is worth: the double nearest to it, times the mark. A quantity of 0 needs no mark.
 * @param quantity exact decimal as plain text; null while it is not known
 * @returns null where the quantity or the mark is missing
 */
export function positionValue(quantity: string | null, mark: number | null): number | null {
  if (quantity === null) return null
  // JavaScript reads decimal text correctly rounded; adding 0 makes a -0 a 0.
  const amount = Number(quantity)
  if (amount === 0) return 0
  return mark === null ? null : amount * mark + 0
}
