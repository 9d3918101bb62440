/**
 * `npm run infra:check [-- build]`: builds the checker where it is not there yet, and checks the files under infra/ and
 * the Dockerfile by schema. None of them can be run without an engine.
 */
import { buildChecker } from './checker.ts'
import { CHECKS } from './files.ts'

await buildChecker((line) => void process.stderr.write(`${line}\n`))
if (process.argv[2] !== 'build') {
  for (const { name, run } of CHECKS) {
    const answer = run()
    process.stdout.write(`${answer.ok ? 'ok    ' : 'WRONG '} ${name}\n`)
    if (answer.ok) continue
    process.stdout.write(`${answer.fault.replace(/^/gm, '       ')}\n`)
    process.exitCode = 1
  }
}
