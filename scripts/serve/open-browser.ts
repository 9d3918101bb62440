import { spawn } from 'node:child_process'

type Opener = readonly [program: string, ...before: string[]]
const OPENERS: Readonly<Record<string, Opener>> = {
  darwin: ['open'],
  // `start` belongs to a shell; this is what it ends in.
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}
const OTHERS: Opener = ['xdg-open']

/** Opens an address in the browser. No shell sees it; where it cannot be opened, that is said and nothing else. */
export function openBrowser(url: string, note: (text: string) => void): void {
  const [program, ...before] = OPENERS[process.platform] ?? OTHERS
  const failed = () => note(`No browser could be opened (${program}): open the address above by hand.`)
  const child = spawn(program, [...before, url], { stdio: 'ignore', detached: true })
  child.on('error', failed).on('exit', (code) => {
    if (code !== 0 && code !== null) failed()
  })
  child.unref()
}
