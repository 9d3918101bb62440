const HEAD = 65_536

/** The first bytes of a stream, and all of it again. */
export async function peek(
  input: AsyncIterable<Buffer>,
): Promise<{ head: Buffer; rest: AsyncGenerator<Buffer> }> {
  const iterator = input[Symbol.asyncIterator]()
  const first: Buffer[] = []
  let size = 0
  while (size < HEAD) {
    const next = await iterator.next()
    if (next.done === true) break
    first.push(next.value)
    size += next.value.length
  }
  async function* rest(): AsyncGenerator<Buffer> {
    try {
      yield* first.splice(0)
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
        yield next.value
    } finally {
      await iterator.return?.()
    }
  }
  return { head: Buffer.concat(first).subarray(0, HEAD), rest: rest() }
}
