/**
 * The servers that tests run against, by hand: `npm run servers -- build | up | down | status`. Standard output takes
 * results alone, so `eval "$(npm run -s servers -- up)"` sets the environment.
 */
import * as commands from './cli/commands.ts'

const [given = '', ...rest] = process.argv.slice(2)
const command = Object.entries(commands).find(([name]) => name === given)?.[1]
const speech = {
  out: (line: string) => void process.stdout.write(`${line}\n`),
  say: (line: string) => void process.stderr.write(`${line}\n`),
}
if (command === undefined || rest.length > 0) {
  speech.say(`usage: npm run servers -- ${Object.keys(commands).join(' | ')}`)
  process.exitCode = 2
} else {
  process.exitCode = await command(speech)
}
