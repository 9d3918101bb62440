/** The built program reads a wallet, its last blocks are undone, and it reads it again: it says what it took back. */
import { beforeAll, expect, test } from 'vitest'
import { parseEther, type Hex } from 'viem'
import { formatTime, HOUR_MS } from '#core/hour.ts'
import { build } from '#tests/scripts/support.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { withGecko } from '#tests/support/gecko.ts'
import { program } from '#tests/support/program.ts'
import { newStand, WALLETS } from '../job/stand.ts'
import { describeChain } from '../support/anvil.ts'
import { MARKET } from './world.ts'

const [WALLET] = WALLETS as [Hex]

beforeAll(build, 180_000)

describeChain('blocks that are undone', () => {
  test('take their flows back, and the run says so; one that takes nothing back does not', async () => {
    const stand = await newStand()
    const { stage } = stand
    for (let n = 0; n < 4; n++) {
      stand.time += 12_000
      await stage.block([{ from: stage.faucet, to: WALLET, value: parseEther('1') }], stand.time)
    }
    const range = ['--from', formatTime(stand.time), '--to', formatTime(stand.time + 2 * HOUR_MS)]
    await withGecko({ market: MARKET, now: () => stand.time + 5 * HOUR_MS }, async (gecko) => {
      const env = { ...gecko.env, RPC_URL_1: stage.node.url, RPC_RATE: '1000', PUBLIC_RPC: 'off' }
      const cwd = temporaryFolder()
      const ingest = () =>
        program(['ingest', '--wallet', WALLET, '--chain', 'ethereum', ...range], { cwd, env })
      const said =
        'ethereum: blocks were undone since they were read; 2 flows that stood in them are taken back.'
      const first = await ingest()
      expect([first.code, (first.stdout + first.stderr).includes('undone')], first.stderr).toEqual([0, false])
      await stage.node.rpc('anvil_reorg', [2, []])
      const second = await ingest()
      expect([second.code, second.stdout + second.stderr]).toEqual([0, expect.stringContaining(said)])
      const third = await ingest()
      expect((third.stdout + third.stderr).includes('undone')).toBe(false)
    })
  }, 60_000)
})
