#!/usr/bin/env node
import module from 'node:module'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `tidemark: found Node ${process.versions.node}, needs 20.19 or newer. Install Node 24, then run again.\n`,
  )
  process.exit(1)
}

// Node 22 and later keep compiled code between runs, which shortens every cold start; Node 20 has no such cache.
const cache = module as { enableCompileCache?: () => unknown }
cache.enableCompileCache?.()

async function start(): Promise<void> {
  const { main } = await import('./cli/main.ts')
  await main(process.argv.slice(2))
}

void start()
