/** A process that restores and dies at a failpoint. See backup.test.ts. */
import { restoreStore } from '#storage/restore.ts'

const [file, from, point] = process.argv.slice(2) as [string, string, string]
const failpoint = (name: string) => void (name === point && process.kill(process.pid, 'SIGKILL'))
await restoreStore({ file, from, holder: 'killed', now: Date.UTC(2026, 10, 1), failpoint })
