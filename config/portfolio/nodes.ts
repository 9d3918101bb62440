import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml'
import { quoted, type Reading } from '#core/reading.ts'
import { nearestName } from '../names.ts'
import type { Faults } from './outline.ts'

/** The fields of a mapping, by key. */
export type Fields = ReadonlyMap<string, Node | null>

/** Reads a mapping of known keys; unknown, missing and wrongly shaped ones become faults. */
export function fieldsOf(
  node: Node | null,
  what: string,
  keys: { readonly required: readonly string[]; readonly optional: readonly string[] },
  faults: Faults,
): Fields | null {
  if (!isMap(node)) {
    if (!isAlias(node)) faults.add(node, `${what} has to be a mapping with ${keys.required.join(', ')}`)
    return null
  }
  const known = [...keys.required, ...keys.optional]
  const fields = new Map<string, Node | null>()
  for (const pair of node.items) {
    const key = pair.key as Node | null
    const name = isScalar(key) ? String(key.source ?? key.value) : ''
    if (!known.includes(name)) faults.add(key ?? node, unknownKey(name, what, known))
    else fields.set(name, pair.value as Node | null)
  }
  for (const name of keys.required) {
    if (!fields.has(name)) faults.add(node, `${what} lacks "${name}"`)
  }
  return fields
}

function unknownKey(name: string, what: string, known: readonly string[]): string {
  const nearest = nearestName(name.slice(0, 100), known)
  const hint = nearest === null ? `known are ${known.join(', ')}` : `did you mean "${nearest}"?`
  return `${quoted(name)} is no key of ${what}: ${hint}`
}

/** The items of a list; none where there is no list. */
export function itemsOf(node: Node | null | undefined, what: string, faults: Faults): readonly Node[] {
  if (node === undefined || isAlias(node)) return []
  if (node === null || (isScalar(node) && node.value === null)) return []
  if (isSeq(node)) return node.items as Node[]
  faults.add(node, `${what} has to be a list, each item on a line of its own that begins with "- "`)
  return []
}

/**
 * The text of a scalar as it stands in the file: a number is never taken through a float, and an address is not a
 * hexadecimal number. Null (with a fault) where there is none.
 */
export function textOf(node: Node | null | undefined, what: string, faults: Faults): string | null {
  if (node === undefined || isAlias(node)) return null
  if (!isScalar(node)) {
    faults.add(node, `${what} has to be a single value`)
    return null
  }
  const text = typeof node.value === 'string' ? node.value : (node.source ?? '')
  if (node.value === null || text.trim() === '') {
    faults.add(node, `${what} is empty: give it a value or take it out`)
    return null
  }
  if (typeof node.value === 'boolean') {
    faults.add(node, `${what} is the truth value ${text}: if it is meant as text, put it in quotes`)
    return null
  }
  return text
}

/** Reads a scalar's text; a fault is noted at its place. Null where there is none or it is wrong. */
export function valueOf<T>(
  node: Node | null | undefined,
  what: string,
  read: (text: string) => Reading<T>,
  faults: Faults,
): T | null {
  const text = textOf(node, what, faults)
  if (text === null) return null
  const reading = read(text)
  if (reading.fault !== null) faults.add(node, `${what}: ${reading.fault}`)
  return reading.value
}
