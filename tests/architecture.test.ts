import { readFileSync, readdirSync, existsSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

/** Who may import whom (ARCHITECTURE.md). A room may always import itself. */
const ALLOWED: Record<string, readonly string[]> = {
  core: [],
  config: ['core'],
  pnl: ['core'],
  ingestion: ['core'],
  pipeline: ['core', 'pnl', 'ingestion'],
  storage: ['core'],
  delivery: ['core', 'pipeline'],
  scripts: ['core', 'config', 'pnl', 'ingestion', 'pipeline', 'storage', 'delivery'],
  web: [],
}
/** Files of a room that another room may name, for their types alone. */
const TYPES_ONLY: Record<string, readonly string[]> = {
  storage: ['pipeline/ports.ts'],
  web: ['delivery/api/contract.ts'],
}

const root = resolve(import.meta.dirname, '..')

type Import = {
  readonly from: string
  readonly specifier: string
  readonly typeOnly: boolean
  readonly line: number
}

/** Every import of a source text: static, type-only, re-export, dynamic and `import type('…')`. */
export function importsOf(file: string, text: string): Import[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found: Import[] = []
  const add = (node: ts.Node, specifier: ts.Node | undefined, typeOnly: boolean) => {
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
    const text = specifier !== undefined && ts.isStringLiteralLike(specifier) ? specifier.text : '(computed)'
    found.push({ from: file, specifier: text, typeOnly, line })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier, node.importClause?.isTypeOnly === true)
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined)
      add(node, node.moduleSpecifier, node.isTypeOnly)
    else if (ts.isImportTypeNode(node))
      add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node, node.arguments[0], false)
    else if (
      ts.isCallExpression(node) &&
      ts.isIdentifier(node.expression) &&
      node.expression.text === 'require'
    )
      add(node, node.arguments[0], false)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** The fault of an import against the table, or null. */
export function faultOf({ from, specifier, typeOnly, line }: Import): string | null {
  const room = roomOf(from)
  const target = targetOf(from, specifier)
  const at = `${from}:${line}`
  if (specifier === '(computed)') return room === 'scripts' ? null : `${at}: a computed import hides its room`
  if (target === null) return null
  const other = roomOf(target)
  if (other === room || room === null) return null
  if (other === null) return `${at}: ${specifier} is in no room`
  if (typeOnly && (TYPES_ONLY[room] ?? []).includes(target)) return null
  return ALLOWED[room]?.includes(other) === true
    ? null
    : `${at}: ${room} may not import ${other} (${specifier})`
}

function roomOf(file: string): string | null {
  if (file === 'index.ts') return 'scripts'
  const room = file.split('/')[0] ?? ''
  return room in ALLOWED ? room : null
}

function targetOf(from: string, specifier: string): string | null {
  if (specifier.startsWith('#')) return specifier.slice(1)
  if (specifier.startsWith('.'))
    return relative(root, resolve(root, dirname(from), specifier))
      .split(sep)
      .join('/')
  return null
}

function sources(): string[] {
  const files = existsSync(join(root, 'index.ts')) ? ['index.ts'] : []
  for (const room of Object.keys(ALLOWED)) {
    for (const file of readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })) {
      // Benches stand beside the code and are tests.
      if (/\.m?[tj]sx?$/.test(file) && !file.endsWith('.bench.ts'))
        files.push(`${room}/${file.split(sep).join('/')}`)
    }
  }
  return files
}

test('no import goes against the table of rooms', () => {
  const files = sources()
  expect(files.length).toBeGreaterThan(50)
  const faults = files
    .flatMap((file) => importsOf(file, readFileSync(join(root, file), 'utf8')))
    .map(faultOf)
    .filter((fault) => fault !== null)
  expect(faults).toEqual([])
})

test.each([
  ['a static import', `import { x } from '#storage/open.ts'`, 'pnl/a.ts'],
  ['a type-only import', `import type { X } from '#pipeline/ports.ts'`, 'pnl/a.ts'],
  ['a dynamic import', `await import('#ingestion/candles.ts')`, 'core/a.ts'],
  ['a type written as an import', `let x: import('#delivery/table.ts').T`, 'pipeline/a.ts'],
  ['a re-export', `export { x } from '../storage/open.ts'`, 'pipeline/a.ts'],
  ['a relative path', `import { x } from '../../ingestion/candles.ts'`, 'config/b/a.ts'],
  ['values of ports in a store', `import { x } from '#pipeline/ports.ts'`, 'storage/a.ts'],
  [
    'other types of the pipeline in a store',
    `import type { X } from '#pipeline/jobs/ingest/summary.ts'`,
    'storage/a.ts',
  ],
  ['a computed path', 'await import(name)', 'pipeline/a.ts'],
  [
    'values of the contract in the page',
    `import { ROUTES } from '#delivery/api/contract.ts'`,
    'web/src/a.tsx',
  ],
  [
    'another type of the API in the page',
    `import type { X } from '../../delivery/api/types.ts'`,
    'web/src/a.ts',
  ],
  ['the page in a command', `import { x } from '../web/src/a.ts'`, 'scripts/a.ts'],
  ['something outside all rooms', `import { x } from '#tests/support/x.ts'`, 'pnl/a.ts'],
])('refuses %s', (_what, text, from) => {
  expect(
    importsOf(from, text)
      .map(faultOf)
      .filter((fault) => fault !== null),
  ).toHaveLength(1)
})

test('allows what the table allows', () => {
  const allowed: [string, string][] = [
    ['storage/a.ts', `import type { Store } from '#pipeline/ports.ts'`],
    [
      'pipeline/jobs/a.ts',
      `import { x } from '../../pnl/b.ts'; import fs from 'node:fs'; import z from 'zod'`,
    ],
    ['web/src/api/a.ts', `import type { Routes } from '../../../delivery/api/contract.ts'`],
    ['index.ts', `export * from './pnl/hourly/hourly.ts'`],
  ]
  for (const [from, text] of allowed)
    expect(importsOf(from, text).map(faultOf)).toEqual(importsOf(from, text).map(() => null))
})
