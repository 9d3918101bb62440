/**
 * Runs `work` over the items, in their order, at most `width` at a time. Stops taking items when `stopped` says so.
 * The first error of `work` stops it too and is thrown once what is under way has ended.
 */
export async function pool<T>(
  items: readonly T[],
  width: number,
  stopped: () => boolean,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0
  const errors: unknown[] = []
  const worker = async () => {
    while (next < items.length && errors.length === 0 && !stopped()) {
      const item = items[next++] as T
      try {
        await work(item)
      } catch (error) {
        errors.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(Math.max(1, width), items.length) }, worker))
  if (errors.length > 0) throw errors[0]
}
