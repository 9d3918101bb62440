import { TidemarkError } from '#core/errors.ts'

export type ErrorDocument = {
  readonly schemaVersion: 1
  readonly error: {
    readonly code: string
    readonly message: string
    readonly fix: string
    readonly faults?: readonly string[]
    readonly tried?: readonly string[]
  }
}

/**
 * Any failure as the document that machines read. Of an error that is not the project's own only the kind is told:
 * its message comes from a library and may hold an address with its key.
 */
export function errorDocument(thrown: unknown): ErrorDocument {
  if (!(thrown instanceof TidemarkError)) {
    const kind = thrown instanceof Error ? thrown.name : typeof thrown
    return {
      schemaVersion: 1,
      error: {
        code: 'INTERNAL',
        message: `Unexpected ${kind}.`,
        fix: 'This is a fault of tidemark: run again with --debug and report what it prints.',
      },
    }
  }
  const { code, message, fix, faults, tried } = thrown
  return {
    schemaVersion: 1,
    error: {
      code,
      message,
      fix,
      ...(faults.length > 0 ? { faults } : {}),
      ...(tried.length > 0 ? { tried } : {}),
    },
  }
}
