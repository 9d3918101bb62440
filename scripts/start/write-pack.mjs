import { createRequire } from 'node:module'

const { HEAD } = createRequire(import.meta.url)('./pack.cjs')

// More than the index takes for a part: its name, and three numbers.
const PER_PART = 100

/**
 * The bytes of a pack, as pack.cjs reads it: how long the index is, the index, and the parts, each with what V8 had
 * compiled of it.
 * @param made names what the pack is made of
 * @param parts `{ name, code }` of each, in plain ASCII
 * @param compiled by name of the part, where there is anything
 */
export function packOf(made, parts, compiled) {
  const index = { made, parts: {} }
  // The index says where the parts begin, and they begin after it: so its length is fixed before it is written.
  const room = made.length + PER_PART * (parts.length + 1)
  let at = HEAD + room
  const pieces = []
  for (const { name, code } of parts) {
    const cache = compiled.get(name) ?? Buffer.alloc(0)
    index.parts[name] = [at, code.length, cache.length]
    pieces.push(Buffer.from(code, 'latin1'), cache)
    at += code.length + cache.length
  }
  const text = JSON.stringify(index)
  if (text.length > room) throw new Error(`the index has ${text.length} bytes, and room for ${room}`)
  return Buffer.concat([Buffer.from(String(room).padStart(HEAD) + text.padEnd(room)), ...pieces])
}
