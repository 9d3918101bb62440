import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '#config/config.ts'
import { loadConfig } from '#config/load.ts'
import { TidemarkError, type ErrorCode } from '#core/errors.ts'
import { urlSecrets } from '#core/url-secrets.ts'
import type { Cli } from '../cli/context.ts'
import { rememberSecret } from '../cli/secrets.ts'
import { isInvented } from './invented.ts'
import { passwordsOf, rememberSecrets } from './secrets-of.ts'

/**
 * The configuration of a command: flags over environment over `.env` of the working directory over defaults.
 * @throws TidemarkError CONFIG_INVALID with every fault at once
 */
export function readConfig(cli: Cli, flags: Readonly<Record<string, string>> = {}): Config {
  const { dataDir, portfolio } = cli.globals
  // Remembered before anything is read, so that not even a fault of the configuration can quote a key.
  for (const [name, value] of Object.entries(process.env)) {
    if (/_(?:KEY|TOKEN|SECRET)$/.test(name)) rememberSecret(value ?? '')
    if (/(?:^RPC_URL_\d+|RPC_URL)$/.test(name))
      (value ?? '')
        .split(/[\s,]+/)
        .flatMap(urlSecrets)
        .forEach(rememberSecret)
    if (/_(?:URI|URL)$/.test(name)) for (const password of passwordsOf(value ?? '')) rememberSecret(password)
  }
  const config = loadConfig({
    env: process.env,
    envFile: readText(join(process.cwd(), '.env')),
    flags: {
      ...(dataDir === null ? {} : { TIDEMARK_DATA_DIR: dataDir }),
      ...(portfolio === null ? {} : { TIDEMARK_PORTFOLIO: portfolio }),
      ...flags,
    },
  })
  rememberSecrets(config)
  cli.out.invented = isInvented(config.dataDir)
  return config
}

/**
 * The text of a file, or null where there is none.
 * @throws TidemarkError with `code` when it is a folder
 */
export function readText(path: string, code: ErrorCode = 'FILE_INVALID'): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const found = (error as NodeJS.ErrnoException).code
    if (found === 'ENOENT' || found === 'ENOTDIR') return null
    if (found !== 'EISDIR') throw error
    throw new TidemarkError(code, {
      message: `${path} is a folder, not a file.`,
      fix: 'Name a file, or move that folder away.',
    })
  }
}

/** The file of the embedded store in a data folder. */
export function storeFile(dataDir: string): string {
  return join(dataDir, 'tidemark.db')
}
