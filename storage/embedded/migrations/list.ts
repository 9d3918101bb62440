import type { Migration } from './migration.ts'
import { version1 } from './v1.ts'
import { version2 } from './v2.ts'
import { version3 } from './v3.ts'
import { version4 } from './v4.ts'

/** Every step from an empty file to the present schema, in order. */
export const MIGRATIONS: readonly Migration[] = [version1, version2, version3, version4]
