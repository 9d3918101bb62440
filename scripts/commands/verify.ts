import type { Command } from 'commander'
import { EXIT } from '#core/errors.ts'
import { examples, type Act } from '../cli/command.ts'
import type { Cli } from '../cli/context.ts'
import type { Outcome } from '../cli/output.ts'
import { count } from '../cli/plan-text.ts'
import { readConfig } from '../wiring/config.ts'
import { openForReading, storeLabel } from '../wiring/store.ts'
import { agreementDocument, agreementLine, compareViews } from './verify/agreement.ts'

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark verify', 'every checksum, revision and sum; PnL against lots; exit 12 on damage'],
    ["tidemark verify --json | jq '.hash'", 'the hash of everything that counts'],
  ]).action(act(verify))
}

async function verify(cli: Cli): Promise<Outcome> {
  const config = readConfig(cli)
  const file = storeLabel(config)
  cli.out.note(`Checking ${file}…`)
  const store = await openForReading(config)
  try {
    const { checked, damage } = await store.verify()
    // A damaged store has no content to speak of, and reading it for the hash may fail.
    const hash = damage.length === 0 ? await store.canonicalHash() : null
    const { agreements, apart } = await compareViews(store, cli.globals.owner, config, damage.length === 0)
    damage.push(...apart)
    return {
      exitCode: damage.length === 0 ? EXIT.complete : EXIT.integrity,
      text: () =>
        [
          ...Object.entries(checked).map(([what, rows]) => `${what.padEnd(14)} ${count(rows, 'row')}`),
          ...agreements.map(agreementLine),
          ...damage.map(({ place, found, fix }) => `✗ ${place}: ${found}\n  → ${fix}`),
          hash === null || damage.length > 0
            ? `✗ ${count(damage.length, 'place')} damaged in ${file}`
            : `✓ whole, sha-256 ${hash}`,
        ].join('\n'),
      document: () => ({
        store: file,
        ok: damage.length === 0,
        hash,
        checked,
        damage,
        agreements: agreements.map(agreementDocument),
      }),
    }
  } finally {
    await store.close()
  }
}
