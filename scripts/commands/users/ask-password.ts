import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'
import { TidemarkError } from '#core/errors.ts'
import { rememberSecret } from '../../cli/secrets.ts'

/** A password has at most a few hundred characters; more on stdin is another file. */
const MOST = 4_096

/**
 * A password: asked for twice on a terminal, where nothing shows what is typed, or the first line of stdin. Never an
 * argument, which everybody on the machine could read.
 * @throws TidemarkError USAGE for none, or for two that differ; INTERRUPTED for Ctrl-C
 */
export async function askPassword(name: string): Promise<string> {
  const password = process.stdin.isTTY ? await askedTwice(name) : await firstLine()
  rememberSecret(password)
  if (password !== '') return password
  throw new TidemarkError('USAGE', {
    message: 'No password was given.',
    fix: 'Type it when it is asked for, or send it on stdin: … < file-with-the-password',
  })
}

async function askedTwice(name: string): Promise<string> {
  const nowhere = new Writable({ write: (_piece, _encoding, done) => done() })
  // From here on the terminal itself shows nothing of what is typed; so it stands before the first question.
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 })
  try {
    const password = await asked(lines, `Password for ${name}: `)
    if (password === '' || password === (await asked(lines, 'Once more: '))) return password
  } finally {
    lines.close()
  }
  throw new TidemarkError('USAGE', { message: 'The two are not the same.', fix: 'Run it again.' })
}

/** Asks on stderr: stdout has the result alone. */
async function asked(lines: Interface, prompt: string): Promise<string> {
  process.stderr.write(prompt)
  try {
    return await new Promise((resolve, reject) => {
      const stopped = new TidemarkError('INTERRUPTED', { message: 'Stopped.', fix: 'Nothing was changed.' })
      lines.once('line', resolve)
      lines.once('SIGINT', () => reject(stopped))
      // Ctrl-D.
      lines.once('close', () => resolve(''))
    })
  } finally {
    process.stderr.write('\n')
  }
}

async function firstLine(): Promise<string> {
  let text = ''
  for await (const piece of process.stdin.setEncoding('utf8')) {
    text += String(piece)
    if (text.includes('\n') || text.length > MOST) break
  }
  return (text.slice(0, MOST).split('\n')[0] ?? '').replace(/\r$/, '')
}
