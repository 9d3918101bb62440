import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { checksumAddress, nobodysAddress, readAddress } from '#core/address.ts'
import { EXIT } from '#core/errors.ts'
import { visible } from '#core/reading.ts'
import { examples, type Act } from '../../cli/command.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { scrub } from '../../cli/secrets.ts'
import { usage } from '../../cli/values.ts'

/** What is said of one address; `address` carries its checksum. */
type Answer = {
  readonly input: string
  readonly ok: boolean
  readonly address: string | null
  readonly reason: string | null
  /** What is to be known of an address that is well formed and nobody's. */
  readonly note?: string
}

export function define(command: Command, act: Act): void {
  examples(command, [
    ['tidemark wallets check 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed', 'its checksum, or what is wrong'],
    ['tidemark wallets check --json < addresses.txt', 'one address a line in, one JSON object a line out'],
  ])
    .argument('[address...]', 'addresses; without any, one a line from stdin')
    .action(act(run))
}

/** Needs neither a store nor a network: nothing that is wrong is ever sent on. */
async function run(cli: Cli, addresses: string[]): Promise<Outcome> {
  if (addresses.length === 0 && process.stdin.isTTY)
    throw usage('No address was given.', 'Name some, or write them to stdin, one a line.')
  let refused = 0
  for await (const input of addresses.length > 0 ? addresses : lines()) {
    const answer = answerTo(input)
    if (!answer.ok) refused++
    // Answered as they come, so that a list of any length can be piped through.
    process.stdout.write(scrub(cli.out.json ? `${JSON.stringify(answer)}\n` : `${textOf(answer)}\n`))
  }
  return { exitCode: refused > 0 ? EXIT.usage : EXIT.complete, text: null, document: null }
}

async function* lines(): AsyncIterable<string> {
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity }))
    if (line.trim() !== '') yield line
}

function answerTo(text: string): Answer {
  const { value, fault } = readAddress(text)
  const input = masked(text)
  if (value === null) return { input, ok: false, address: null, reason: fault }
  const note = nobodysAddress(value)
  const answer = { input, ok: true, address: checksumAddress(value), reason: null }
  return note === null ? answer : { ...answer, note }
}

/** What may be a private key is not said again in full. */
function masked(text: string): string {
  const isKey = /^\s*(?:0x)?[0-9a-f]{64}\s*$/i.test(text)
  return isKey ? `${text.trim().slice(0, 6)}…(64 digits)` : text
}

function textOf({ input, address, reason, note }: Answer): string {
  if (address === null) return `refused  ${reason ?? ''}`
  return `ok       ${address}${aside(input, address)}${note === undefined ? '' : `   ! ${note}`}`
}

const aside = (input: string, address: string): string =>
  input === address ? '' : `   from "${visible(input)}"`
