import { TidemarkError } from '#core/errors.ts'
import type { When } from './format.ts'
import type { NumberReader } from './number.ts'
import { regexpOf, type ColumnOf } from './template.ts'

export type Test = (fields: readonly string[]) => boolean
type TextTest = (text: string) => boolean

const MOST_REMEMBERED = 2_000

/** Makes conditions ready to be tried. A column that the file has not is empty. */
export function compileWhen(when: When, columnOf: ColumnOf, numbers: NumberReader): Test {
  const tests = Object.entries(when).map(([column, words]): Test => {
    const at = columnOf(column)
    const test = textTest(typeof words === 'string' ? [words] : words, numbers)
    return (fields) => test(at === null ? '' : (fields[at] ?? '').trim())
  })
  const [only] = tests
  if (tests.length === 1 && only !== undefined) return only
  return (fields) => {
    for (const test of tests) if (!test(fields)) return false
    return true
  }
}

function textTest(words: readonly string[], numbers: NumberReader): TextTest {
  const plain = new Set(words.filter((word) => !/^#|^\/.*\/$/.test(word)).map((word) => word.toLowerCase()))
  const expressions = words.filter((word) => /^\/.*\/$/.test(word)).map((word) => regexpOf(word.slice(1, -1)))
  const named = words.filter((word) => word.startsWith('#')).map((word) => namedTest(word, numbers))
  const worded = remembered(
    (text) => plain.has(text.toLowerCase()) || expressions.some((each) => each.test(text)),
  )
  if (named.length === 0) return worded
  if (plain.size + expressions.length === 0) return (text) => named.some((test) => test(text))
  return (text) => named.some((test) => test(text)) || worded(text)
}

function namedTest(name: string, numbers: NumberReader): TextTest {
  const sign =
    (wanted: (text: string) => boolean): TextTest =>
    (text) => {
      const value = text === '' ? null : numbers.peek(text)
      return value !== null && wanted(value)
    }
  const negative = sign((value) => value.startsWith('-'))
  switch (name) {
    case '#empty':
      return (text) => text === ''
    case '#filled':
      return (text) => text !== ''
    case '#number':
      return sign(() => true)
    case '#zero':
      return sign((value) => value === '0')
    case '#negative':
      // Most rows have no sign, and no number needs to be made of them to say so.
      return (text) => text.includes('-') && negative(text)
    case '#positive':
      return sign((value) => value !== '0' && !value.startsWith('-'))
    default:
      throw new TidemarkError('INPUT_INVALID', {
        message: `"${name}" is no condition.`,
        fix: 'Use #empty, #filled, #number, #zero, #positive or #negative, a word, or an expression between slashes.',
      })
  }
}

/** Kinds of rows are few: what was found of a word is kept. */
function remembered(test: TextTest): TextTest {
  const known = new Map<string, boolean>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const found = test(text)
    if (known.size >= MOST_REMEMBERED) known.clear()
    known.set(text, found)
    return found
  }
}
