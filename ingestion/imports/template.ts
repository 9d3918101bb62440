import { TidemarkError } from '#core/errors.ts'
import type { Template } from './format.ts'

/** Text of the fields of a row. */
export type Fill = (fields: readonly string[]) => string
/** Where a column stands; null where the file has none of that name. */
export type ColumnOf = (name: string) => number | null

const SLOT = /\{([^{}|?]+)(\?)?(?:\|\/((?:[^/\\]|\\.)*)\/(\d)?)?\}/g

/**
 * Makes a template ready to be filled in. Columns that it names are told to `uses`.
 * @throws TidemarkError INPUT_INVALID for a column that the file has not
 */
export function compileTemplate(
  template: Template,
  columnOf: ColumnOf,
  uses: (at: number) => void = () => {},
): Fill {
  const options = template.split(' ?? ').map((part) => compilePart(part, columnOf, uses))
  const [only] = options
  if (options.length === 1 && only !== undefined) return only
  return (fields) => {
    for (const option of options) {
      const text = option(fields)
      if (text !== '') return text
    }
    return ''
  }
}

function compilePart(part: string, columnOf: ColumnOf, uses: (at: number) => void): Fill {
  const pieces: (string | Fill)[] = []
  let end = 0
  for (const match of part.matchAll(SLOT)) {
    if (match.index > end) pieces.push(part.slice(end, match.index))
    end = match.index + match[0].length
    pieces.push(slot(match as unknown as Slot, columnOf, uses))
  }
  if (end < part.length) pieces.push(part.slice(end))
  const [only] = pieces
  if (pieces.length === 1) return typeof only === 'function' ? only : () => only ?? ''
  return (fields) => {
    let text = ''
    for (const piece of pieces) text += typeof piece === 'string' ? piece : piece(fields)
    return text
  }
}

type Slot = readonly [whole: string, name: string, optional?: string, expression?: string, group?: string]

function slot(
  [, name, optional, expression, group]: Slot,
  columnOf: ColumnOf,
  uses: (at: number) => void,
): Fill {
  const at = columnOf(name)
  if (at === null) {
    if (optional !== undefined) return () => ''
    throw new TidemarkError('INPUT_INVALID', {
      message: `The format names the column "${name}", and the file has none of that name.`,
      fix: `Correct the name, or write {${name}?} where the column may be absent.`,
    })
  }
  uses(at)
  if (expression === undefined) return (fields) => (fields[at] ?? '').trim()
  const regexp = regexpOf(expression)
  const nth = Number(group ?? 0)
  return (fields) => regexp.exec((fields[at] ?? '').trim())?.[nth] ?? ''
}

/** @throws TidemarkError INPUT_INVALID for what is no expression */
export function regexpOf(source: string, flags = 'i'): RegExp {
  try {
    return new RegExp(source, flags)
  } catch (error) {
    throw new TidemarkError('INPUT_INVALID', {
      message: `/${source}/ is no regular expression (${error instanceof Error ? error.message : 'unknown'}).`,
      fix: 'Correct it in the mapping.',
      cause: error,
    })
  }
}
