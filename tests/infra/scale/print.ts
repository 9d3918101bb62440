/** `npm run scale [-- --write]`: the tables of `docs/scale.md`, printed or put into it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../files.ts'
import { TABLES, withTables } from './tables.ts'

const DOCUMENT = join(ROOT, 'docs/scale.md')

if (process.argv[2] === '--write') writeFileSync(DOCUMENT, withTables(readFileSync(DOCUMENT, 'utf8')))
else for (const [name, make] of Object.entries(TABLES)) process.stdout.write(`${name}\n\n${make()}\n`)
