import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const DRIVER = fileURLToPath(new URL('./terminal.py', import.meta.url))
const SECONDS = 40

/** Types `type` once the output, since the step before, matches `after` (a regular expression of python). */
export type Step = { readonly after: string; readonly type: string }
export type TerminalEnd = {
  /** What the terminal was sent: text, echo and control sequences. */
  readonly output: string
  /** Exit code, or minus the signal that ended it. */
  readonly status: number
  /** Whether echo and the other modes of the terminal are in the end what they were. */
  readonly kept: boolean
}

/** What Ctrl-C, Tab and Enter send. */
export const CTRL_C = '\x03'
export const TAB = '\t'
export const ENTER = '\r'

/** Runs a program on a real pseudo-terminal of 120 columns, with these settings only. Needs python3. */
export function onTerminal(
  argv: readonly string[],
  options: { cwd: string; env?: Readonly<Record<string, string>>; steps: readonly Step[] },
): Promise<TerminalEnd> {
  const { cwd, steps } = options
  const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, TERM: 'xterm', LANG: 'C.UTF-8', ...options.env }
  const child = spawn('python3', [DRIVER], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify({ argv, env, cwd, steps, seconds: SECONDS }))
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code !== 0) return reject(new Error(`the terminal's driver ended with ${code}`))
      const { late, ...end } = JSON.parse(text) as TerminalEnd & { late: boolean }
      if (late)
        return reject(new Error(`still running after ${SECONDS} s; the terminal shows:\n${end.output}`))
      resolve(end)
    })
  })
}

/** Whether a program is installed. In CI its absence is a failure; elsewhere its tests are skipped, with the reason. */
export function installed(program: string, fix = `apt-get install ${program}`): boolean {
  if (spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined) return true
  const reason = `${program} is not installed here, and tests need it: ${fix}`
  if (process.env['CI'] !== undefined) throw new Error(reason)
  console.log(`skipped: ${reason}`)
  return false
}
