import type { MessagePort } from 'node:worker_threads'
import { problemOf } from '../problem.ts'
import type { Download, FromMaker, ToMaker } from './pieces.ts'

/**
 * Makes a download and sends its pieces, as many as are asked for. Ends when all are sent, or when the other side has
 * closed: whoever was reading has gone.
 */
export async function sendPieces(port: MessagePort, make: () => Promise<Download>): Promise<void> {
  const asked = new Asked(port)
  const say = (message: FromMaker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)
  try {
    const { type, name, pieces } = await make()
    say({ head: { type, name } })
    for await (const piece of pieces) {
      if (!(await asked.one())) return
      say({ piece })
    }
    say({ end: true })
  } catch (error) {
    say({ failed: problemOf(error) })
  } finally {
    port.close()
  }
}

/** How many pieces were asked for and not sent yet. */
class Asked {
  private open = true
  private count = 0
  private wake: () => void = () => undefined

  constructor(port: MessagePort) {
    port.on('message', ({ more }: ToMaker) => {
      this.count += more
      this.wake()
    })
    port.on('close', () => {
      this.open = false
      this.wake()
    })
  }

  /** Waits until one is asked for; false when nobody will ask any more. */
  async one(): Promise<boolean> {
    while (this.open && this.count === 0) await new Promise<void>((wake) => (this.wake = wake))
    this.count--
    return this.open
  }
}
