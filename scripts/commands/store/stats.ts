import type { Command } from 'commander'
import { examples, type Act } from '../../cli/command.ts'
import type { Cli } from '../../cli/context.ts'
import { listTable, type List } from '../../cli/list.ts'
import type { Outcome } from '../../cli/output.ts'
import { grouped } from '../../cli/plan-text.ts'
import { readConfig } from '../../wiring/config.ts'
import { openForReading } from '../../wiring/store.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark store stats', 'what lies where, in rows and bytes'],
    ["tidemark store stats --json | jq '.tables.chunks.bytes'", 'the size of the price series'],
  ]).action(act(stats))
}

type TableRow = { readonly table: string; readonly rows: number; readonly bytes: number }

const TABLES: List<TableRow> = {
  name: 'tables',
  columns: [
    { head: 'table', text: ({ table }) => table },
    { head: 'rows', number: true, text: ({ rows }) => grouped(rows) },
    { head: 'bytes', number: true, text: ({ bytes }) => grouped(bytes) },
  ],
  document: (row) => row,
  empty: 'The store is empty.',
}

async function stats(cli: Cli): Promise<Outcome> {
  const config = readConfig(cli)
  const store = await openForReading(config)
  try {
    const found = await store.stats()
    const rows = Object.entries(found).map(([table, size]) => ({ table, ...size }))
    const bytes = rows.reduce((sum, row) => sum + row.bytes, 0)
    return {
      exitCode: 0,
      text: async () =>
        `${await listTable(cli, TABLES, rows)}\n${grouped(bytes)} bytes in all (${config.storage})`,
      document: () => ({ storage: config.storage, bytes, tables: found }),
    }
  } finally {
    await store.close()
  }
}
