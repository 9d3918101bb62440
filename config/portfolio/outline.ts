import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
} from 'yaml'
import { visible } from '#core/reading.ts'

/** Faults of a file, each with line and column. */
export class Faults {
  readonly list: { readonly offset: number; readonly text: string }[] = []
  private readonly lines: LineCounter
  private readonly file: string

  constructor(file: string, lines: LineCounter) {
    this.file = file
    this.lines = lines
  }

  /** @param at the node that is wrong, or an offset into the text */
  add(at: Node | number | null | undefined, text: string): void {
    const offset = typeof at === 'number' ? at : (at?.range?.[0] ?? 0)
    this.list.push({ offset, text: `${this.place(offset)}: ${text}` })
  }

  /** `file:line:column`. */
  place(offset: number): string {
    return `${this.file}:${this.position(offset)}`
  }

  position(offset: number): string {
    const { line, col } = this.lines.linePos(offset)
    return `${Math.max(1, line)}:${Math.max(1, col)}`
  }

  /** The faults in the order of the file. */
  texts(): string[] {
    return [...this.list].sort((a, b) => a.offset - b.offset).map(({ text }) => text)
  }
}

/** Parses YAML without ever building its values: nodes keep their source text and their places. */
export function outline(text: string, file: string): { root: Node | null; faults: Faults } {
  const lineCounter = new LineCounter()
  const faults = new Faults(file, lineCounter)
  const document = parse(text, lineCounter)
  if (document === null) {
    faults.add(0, 'is nested too deeply to be a portfolio')
    return { root: null, faults }
  }
  const broken = document.errors.some(({ code }) => code !== 'DUPLICATE_KEY')
  for (const error of [...document.errors, ...document.warnings]) {
    // The parser runs out of stack some thousand levels down, and says so for each of them.
    if (error.message.includes('call stack')) {
      faults.add(error.pos[0], 'is nested too deeply to be a portfolio')
      return { root: null, faults }
    }
    faults.add(error.pos[0], yamlWords(error.code, error.message))
  }
  // What YAML itself does not understand is not judged further: one wrong bracket would be a hundred faults.
  if (broken) return { root: null, faults }
  refuseTricks(document, faults)
  return { root: document.contents, faults }
}

function parse(text: string, lineCounter: LineCounter): Document.Parsed | null {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error' })
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

function yamlWords(code: string, message: string): string {
  if (code === 'TAB_AS_INDENT') return 'a tab is used as indentation: use spaces'
  if (code === 'DUPLICATE_KEY') return 'this key is there twice: keep one of them'
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here: a portfolio file holds one portfolio'
  return `not valid YAML: ${visible(message)}`
}

/** Anchors, aliases and tags have no use here, and are how a small file becomes a huge one. */
function refuseTricks(document: Document.Parsed, faults: Faults): void {
  visit(document, {
    Node(_, node) {
      if (isAlias(node))
        faults.add(node, `the alias *${visible(node.source)} is not taken here: write it out`)
      else if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined) {
        faults.add(node, `the anchor &${visible(node.anchor)} is not taken here: take it out`)
      }
      if (node.tag !== undefined)
        faults.add(node, `the tag ${visible(node.tag)} is not taken here: take it out`)
    },
  })
}
