import type { Migration } from './migration.ts'
import { version1 } from './v1.ts'

/** Every step from an empty file to the present schema, in order. */
export const MIGRATIONS: readonly Migration[] = [version1]
