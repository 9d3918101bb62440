import type { TestProject } from 'vitest/node'
import { openSharedSet } from './shared-set.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the servers that tests share are asked for. */
    sharedServers: string
  }
}

/** Lets all tests of a run share servers; those that somebody asked for end with the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, close } = await openSharedSet()
  project.provide('sharedServers', url)
  return close
}
