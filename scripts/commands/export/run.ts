import { once } from 'node:events'
import { resolve } from 'node:path'
import { EXIT } from '#core/errors.ts'
import { SOURCES } from '#delivery/export/sources.ts'
import { writeFileAtomically } from '#delivery/export/write-file.ts'
import type { Cli } from '../../cli/context.ts'
import { checkRange } from '../../cli/options.ts'
import type { Outcome } from '../../cli/output.ts'
import { grouped } from '../../cli/plan-text.ts'
import { readConfig } from '../../wiring/config.ts'
import { portfolioToRead } from '../../wiring/portfolio.ts'
import { markSettings } from '../../wiring/settings.ts'
import { openForQuery } from '../../wiring/store.ts'
import type { ExportOptions } from '../export.ts'

/** Writes rows to a file whole or not at all, or to stdout as they come. */
export async function runExport(cli: Cli, options: ExportOptions): Promise<Outcome> {
  checkRange(options)
  const config = readConfig(cli)
  const opened = await openForQuery(config)
  const { store, writable } = opened
  try {
    const portfolio = await portfolioToRead(cli, config, opened)
    const exported = await SOURCES[options.what]({
      ...{ owner: cli.globals.owner, store, writable, portfolio, settings: markSettings(config) },
      ...{ assets: options.asset, from: options.from, to: options.to, now: Date.now() },
      quote: portfolio?.baseCurrency ?? config.baseCurrency,
    })
    const exitCode = exported.whole ? EXIT.complete : EXIT.someMissing
    const { what, output } = options
    // Rows go where no label fits, so the person who exports is told.
    if (cli.out.invented) cli.out.warn('! These rows are the invented data of "tidemark demo".')
    if (output === undefined || output === '-') {
      // With --json stdout is one JSON document, and here the rows are that document.
      await toStdout(exported.chunks(cli.out.json ? 'json' : options.format))
      return { exitCode, text: null, document: null }
    }
    const path = resolve(output)
    const bytes = await writeFileAtomically(path, exported.chunks(options.format))
    return {
      exitCode,
      text: () => `Wrote ${path}: ${what} as ${options.format}, ${grouped(bytes)} bytes`,
      document: () => ({ file: path, what, format: options.format, bytes }),
    }
  } finally {
    await store.close()
  }
}

/** Waits where the reader is slower, so that a long export does not pile up in memory. */
async function toStdout(chunks: AsyncIterable<string>): Promise<void> {
  for await (const chunk of chunks) if (!process.stdout.write(chunk)) await once(process.stdout, 'drain')
}
