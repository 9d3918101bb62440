import { quoted } from '#core/reading.ts'

/** Where each known column stands, or what is wrong with the header. */
export type Header<Column extends string> = {
  readonly columns: readonly Column[]
  readonly faults: readonly string[]
}

/** Reads the first line of a file: the names of its columns, in any order. */
export function readHeader<Column extends string>(
  fields: readonly string[],
  known: readonly Column[],
  required: readonly Column[],
): Header<Column> {
  const names = fields.map((field) => field.trim().toLowerCase())
  const example = required.join(',')
  const line = names.join(',').slice(0, 2000)
  if (names.length === 1 && /[;\t|]/.test(line)) {
    const separator = line.includes(';') ? 'semicolons' : line.includes('\t') ? 'tabs' : 'bars (|)'
    return {
      columns: [],
      faults: [
        `fields are separated by ${separator}: save the file with commas between them, like ${example}`,
      ],
    }
  }
  if (!names.some((name) => (known as readonly string[]).includes(name))) {
    return { columns: [], faults: [`the first line has to name the columns, like ${example}`] }
  }
  const faults = [
    ...names.flatMap((name, at) => nameFaults(name, at, names, known)),
    ...required.filter((name) => !names.includes(name)).map((name) => `the column "${name}" is missing`),
  ]
  return { columns: names as Column[], faults }
}

function nameFaults(name: string, at: number, names: readonly string[], known: readonly string[]): string[] {
  if (name === '') return [`column ${at + 1} has no name: give it one or take it out`]
  if (!known.includes(name)) return [`${quoted(name)} is no column that is known: use ${known.join(', ')}`]
  return names.indexOf(name) === at ? [] : [`the column "${name}" is there twice: keep one of them`]
}
