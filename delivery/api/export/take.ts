import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Refusal } from '../problem.ts'
import { Told } from '../told.ts'
import { AHEAD, type Download, type FromMaker, type ToMaker } from './pieces.ts'

/** Who has not taken a piece for so long has gone, and keeps a thread from others. */
const IDLE_MS = 60_000

/**
 * A download that another thread makes, its pieces as they are taken.
 * @param start hands the other end of the line to the thread; rejects where there is none for it
 * @throws Told for what the thread could not begin
 */
export async function takePieces(start: (port: MessagePort) => Promise<unknown>): Promise<Download> {
  const { port1, port2 } = new MessageChannel()
  const inbox = new Inbox(port1)
  start(port2).catch((error: unknown) => inbox.fail(error))
  try {
    const first = await inbox.next()
    if (!('head' in first)) throw 'failed' in first ? new Told(first.failed) : gone()
    const idle = setTimeout(() => port1.close(), IDLE_MS)
    idle.unref()
    return { ...first.head, pieces: piecesOf(port1, inbox, idle) }
  } catch (error) {
    port1.close()
    throw error
  }
}

async function* piecesOf(port: MessagePort, inbox: Inbox, idle: NodeJS.Timeout): AsyncGenerator<Uint8Array> {
  const ask = (more: number) => port.postMessage({ more } satisfies ToMaker)
  try {
    ask(AHEAD)
    for (;;) {
      const message = await inbox.next()
      if ('failed' in message) throw new Told(message.failed)
      if (!('piece' in message)) return
      yield message.piece
      idle.refresh()
      ask(1)
    }
  } finally {
    clearTimeout(idle)
    port.close()
  }
}

/** Messages in their order. */
class Inbox {
  private readonly messages: FromMaker[] = []
  private failure: Error | null = null
  private ended = false
  private wake: () => void = () => undefined

  constructor(port: MessagePort) {
    port.on('message', (message: FromMaker) => {
      this.messages.push(message)
      this.wake()
    })
    port.on('close', () => {
      this.ended = true
      this.wake()
    })
  }

  fail(error: unknown): void {
    this.failure = error instanceof Error ? error : new Error(String(error))
    this.wake()
  }

  async next(): Promise<FromMaker> {
    for (;;) {
      const message = this.messages.shift()
      if (message !== undefined) return message
      if (this.failure !== null) throw this.failure
      // A file that breaks off is not taken for a whole one.
      if (this.ended) throw gone()
      await new Promise<void>((wake) => (this.wake = wake))
    }
  }
}

const gone = (): Refusal =>
  new Refusal('BUSY', 'The download broke off.', 'Ask for it again, and read it as it comes.')
