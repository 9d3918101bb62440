import { execFile, type ExecFileException } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Flow } from '#core/flow.ts'
import { peerConfig, peerTables } from './rp2-ledger.ts'

const CHILD = fileURLToPath(new URL('rp2_child.py', import.meta.url))

/** rp2 as it is installed here: its command for the United States, and the Python that it runs in. */
export type Rp2 = { readonly command: string; readonly python: string }

export type Rp2Ledger = { readonly folder: string; readonly config: string; readonly sheet: string }

/** What rp2 computed: processor time without its reports, and the gain (or what was earned) of each row, by the row's id. */
export type Rp2Gains = {
  readonly readSeconds: number
  readonly computeSeconds: number
  /** `ID gain` and `ID earn`, as decimal text. */
  readonly events: Readonly<Record<string, string>>
}

/**
 * Finds rp2: `RP2`, else `rp2_us` on the path.
 * @throws Error saying how it is installed
 */
export function findRp2(): Rp2 {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const command = process.env['RP2'] ?? folders.map((each) => join(each, 'rp2_us')).find(existsSync)
  if (command === undefined || !existsSync(command))
    throw new Error(
      'rp2 is not installed here. "python3 -m venv ~/rp2 && ~/rp2/bin/pip install rp2" does it; then RP2=~/rp2/bin/rp2_us',
    )
  const python = /^#!(\S+)/.exec(readFileSync(command, 'utf8'))?.[1]
  if (python === undefined) throw new Error(`${command} does not say which Python runs it (no "#!" line)`)
  return { command, python }
}

/** Writes rp2's two input files. */
export async function writeLedger(
  { python }: Rp2,
  flows: readonly Flow[],
  folder: string,
): Promise<Rp2Ledger> {
  const [config, rows, sheet] = ['config.ini', 'rows.json', 'ledger.ods'].map((name) =>
    join(folder, name),
  ) as [string, string, string]
  writeFileSync(config, peerConfig(flows))
  writeFileSync(rows, JSON.stringify(peerTables(flows)))
  await run(python, [CHILD, 'write', rows, sheet], folder)
  return { folder, config, sheet }
}

/** rp2 as its user runs it, to its three reports; stopped after `patience` ms. @returns whether it came to its end */
export async function runRp2(
  { command }: Rp2,
  ledger: Rp2Ledger,
  method: string,
  patience: number,
): Promise<boolean> {
  const { folder, config, sheet } = ledger
  const signal = AbortSignal.timeout(patience)
  try {
    await run(command, ['-n', '-m', method, '-o', join(folder, 'reports'), config, sheet], folder, signal)
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}

/** rp2's own reading and computation, called without its reports. */
export async function gainsOfRp2({ python }: Rp2, ledger: Rp2Ledger, method: string): Promise<Rp2Gains> {
  const { folder, config, sheet } = ledger
  return JSON.parse(await run(python, [CHILD, 'gains', config, sheet, method], folder)) as Rp2Gains
}

/** Runs a program to its end. @returns what it printed */
export function run(
  program: string,
  args: readonly string[],
  cwd: string,
  signal?: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const done = (error: ExecFileException | null, stdout: string, stderr: string) => {
      if (error === null) resolve(stdout)
      else reject(new Error(`${program} failed (${String(error.code)}): ${stderr.slice(-2000)}`))
    }
    execFile(program, args, { cwd, maxBuffer: 2 ** 30, ...(signal && { signal }) }, done)
  })
}
