import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { soak } from './soak.ts'

/** Five minutes in CI, one elsewhere. */
const MINUTES = Number(process.env['SOAK_MINUTES'] ?? (process.env['CI'] === undefined ? 1 : 5))

test(
  `memory and handles stay flat over ${MINUTES} minutes of prices, reads and clients that come and go`,
  { timeout: MINUTES * 60_000 + 60_000 },
  async () => {
    // Memory is compared after what can be collected is.
    setFlagsFromString('--expose-gc')
    global.gc = runInNewContext('gc') as typeof global.gc
    const said: string[] = []
    const faults = await soak({ minutes: MINUTES, clients: 50, looks: 12, print: (line) => said.push(line) })
    expect(faults, said.join('\n')).toEqual([])
  },
)
