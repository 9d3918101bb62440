#!/usr/bin/env node
import module from 'node:module'
import type { Delivered } from '#delivery/api/told.ts'
import type { Reply } from '#delivery/api/types.ts'
import type { Task } from './serve/tasks.ts'

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

/** Runs the command line that the process was started with. */
export async function start(): Promise<void> {
  const { main } = await import('./cli/main.ts')
  await main(process.argv.slice(2))
}

/** What a thread of `tidemark serve` answers a request with. */
export async function answer(task: Task): Promise<Delivered<Reply | boolean | null>> {
  const worker = await import('./serve/worker.ts')
  return worker.work(task)
}

/** What a thread of `tidemark serve` does that runs the pipeline. */
export async function job(): Promise<void> {
  const { runJobs } = await import('./serve/job-thread.ts')
  await runJobs()
}
