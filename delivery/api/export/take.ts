import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { Refusal } from '../problem.ts'
import { Told } from '../told.ts'
import { AHEAD, type Download, type FromMaker, type ToMaker } from './pieces.ts'

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
    return { ...first.head, pieces: new Pieces(port1, inbox) }
  } catch (error) {
    port1.close()
    throw error
  }
}

/** Pieces as they come. Whoever takes no more says so by `return`, and the thread is free. */
class Pieces implements AsyncIterableIterator<Uint8Array> {
  private readonly port: MessagePort
  private readonly inbox: Inbox
  private asked = false

  constructor(port: MessagePort, inbox: Inbox) {
    this.port = port
    this.inbox = inbox
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    this.port.postMessage({ more: this.asked ? 1 : AHEAD } satisfies ToMaker)
    this.asked = true
    try {
      const message = await this.inbox.next()
      if ('failed' in message) throw new Told(message.failed)
      return 'piece' in message ? { done: false, value: message.piece } : await this.return()
    } catch (error) {
      this.port.close()
      throw error
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.port.close()
    return { done: true, value: undefined }
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
