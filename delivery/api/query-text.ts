import { Refusal } from './problem.ts'

type Fields = Record<string, string | string[]>

/** A query string as fields; one that is given twice is a list, which `refuseTwice` refuses. */
export function readQuery(text: string): Fields {
  // Without a prototype: a field may be called `__proto__` and is then an unknown one.
  const fields = Object.create(null) as Fields
  for (const [name, value] of new URLSearchParams(text)) {
    const known = fields[name]
    fields[name] = known === undefined ? value : [known, value].flat()
  }
  return fields
}

/** Two readers of a field that is given twice might see two different ones. @throws Refusal INVALID */
export function refuseTwice(query: unknown): void {
  const fields = (query ?? {}) as Fields
  // Schemas pass over this one field.
  if (Object.hasOwn(fields, '__proto__'))
    throw new Refusal('INVALID', 'The query has "__proto__".', '/docs shows each field.')
  const twice = Object.entries(fields).find(([, value]) => Array.isArray(value))
  if (twice === undefined) return
  throw new Refusal(
    'INVALID',
    `The query has "${printable(twice[0])}" twice.`,
    'Give each field once; several ids have commas between them.',
  )
}

const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 60)
