import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { basename, dirname, join } from 'node:path'
import type { OwnRoutes } from '#delivery/api/routes.ts'
import { Refusal } from '#delivery/api/problem.ts'

/** How long the demo may take to be invented and to open. */
const OPENS_MS = 60_000
const ENDS_MS = 5_000

export type DemoServer = {
  readonly openDemo: NonNullable<OwnRoutes['openDemo']>
  readonly close: () => Promise<void>
}
type Options = {
  /** The demo's folder lies beside it. */
  readonly dataDir: string
  /** Only this machine reaches the server. */
  readonly local: boolean
}

/**
 * The demo as a server of its own, over a store of its own: nothing invented can come into this one, and who goes there
 * is somebody else there. It ends with this server.
 */
export function demoServer({ dataDir, local }: Options): DemoServer {
  let child: ChildProcess | null = null
  let opening: Promise<string> | null = null
  const close = async () => {
    if (child === null) return
    const leaving = child
    child = null
    await ended(leaving)
  }
  const open = async (): Promise<string> => {
    // A link is good once: for another the demo starts anew, over what it has invented already.
    await close()
    child = started(join(dirname(dataDir), `${basename(dataDir)}-demo`))
    return linkOf(child)
  }
  return {
    openDemo: async () => {
      if (!local)
        throw new Refusal(
          'CONFLICT',
          'The demo opens a server of its own, which only its own machine reaches.',
          'Run "tidemark demo --serve" on your machine.',
        )
      opening ??= open().finally(() => (opening = null))
      return { schemaVersion: 1, link: await opening }
    },
    close,
  }
}

function started(folder: string): ChildProcess {
  const program = process.argv[1] ?? ''
  return spawn(process.execPath, [program, 'demo', '--serve', '--port', '0', '--data-dir', folder], {
    // No key of this server's reaches it.
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
}

async function linkOf(child: ChildProcess): Promise<string> {
  const late = setTimeout(() => child.kill('SIGKILL'), OPENS_MS)
  const opened = once(child, 'message').then(([message]) => (message as { link: string }).link)
  const failed = once(child, 'exit').then(() => null)
  const link = await Promise.race([opened, failed])
  clearTimeout(late)
  if (link !== null) return link
  throw new Refusal('BUSY', 'The demo did not open.', 'Run "tidemark demo --serve" to see why.', {
    retryAfter: 10,
  })
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), ENDS_MS)
  await gone
  clearTimeout(late)
}
