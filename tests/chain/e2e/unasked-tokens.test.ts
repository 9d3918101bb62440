/** The built program and a token that came unasked and that nobody prices: it says how to be rid of it, and then is. */
import { beforeAll, expect, test } from 'vitest'
import { parseEther, type Hex } from 'viem'
import { formatTime, HOUR_MS } from '#core/hour.ts'
import { build } from '#tests/scripts/support.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { withGecko } from '#tests/support/gecko.ts'
import { program } from '#tests/support/program.ts'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newStand, settle, WALLETS } from '../job/stand.ts'
import { describeChain } from '../support/anvil.ts'
import { call } from '../support/deploy.ts'
import { MARKET } from './world.ts'

const DAY = 24 * HOUR_MS
const [WALLET] = WALLETS as [Hex]

beforeAll(build, 180_000)

describeChain('a token that came unasked', () => {
  test('ends runs with 3 and says what to do about it; after that they end with 0', async () => {
    const stand = await newStand()
    const { stage } = stand
    const moon = await stage.deploy('Coin', ['Moon', 'MOON', 18])
    stand.time += DAY
    const txs = [
      { from: stage.faucet, to: WALLET, value: parseEther('2') },
      call(moon, 'mint', [WALLET, parseEther('1000')], stage.faucet),
    ]
    await stage.block(txs, stand.time)
    await settle(stand)
    const cwd = temporaryFolder()
    writeFileSync(
      join(cwd, 'portfolio.yaml'),
      `name: main\nwallets: [{ address: "${WALLET}", label: hot, chains: [ethereum] }]\n`,
    )
    const range = ['--from', formatTime(stand.time), '--to', formatTime(stand.time + DAY)]
    await withGecko({ market: MARKET, now: () => stand.time + 2 * DAY }, async (gecko) => {
      const env = { ...gecko.env, RPC_URL_1: stage.node.url, RPC_RATE: '1000', PUBLIC_RPC: 'off' }
      const run = (...args: string[]) => program(args, { cwd, env })
      const id = `eip155:1/erc20:${moon.address}`
      const advice = `tidemark tokens hide ${id}`
      const ingested = await run('ingest', ...range)
      expect(ingested.code, ingested.stderr).toBe(3)
      const said = ingested.stdout + ingested.stderr
      expect(said).toContain(advice)
      expect(said).toContain('next: tidemark tokens list --standing unpriced')
      const pnl = await run('pnl', ...range)
      expect(pnl.code).toBe(3)
      expect(pnl.stdout).toContain(advice)
      expect(pnl.stdout).toMatch(/^\S+ \S+ +MOON +1,000 /m)
      const holdings = await run('holdings', '--to', formatTime(stand.time + DAY))
      expect([holdings.code, holdings.stdout]).toEqual([3, expect.stringMatching(/ MOON +hot /)])
      expect(holdings.stderr).toContain(advice)
      expect([pnl.stdout, holdings.stdout].join('').replaceAll(advice, '')).not.toContain(id)
      const valued = await run('value', '--at', formatTime(stand.time + DAY))
      expect([valued.code, valued.stdout]).toEqual([3, expect.stringContaining('tidemark tokens hide')])

      const hidden = await run(...advice.split(' ').slice(1), '--why', 'never asked for it')
      expect(hidden.stdout).toBe(
        `MOON (${moon.address}) on ethereum is hidden; 1 flow of it no longer counts\n`,
      )
      for (const args of [
        ['ingest', ...range],
        ['pnl', ...range],
        ['value', '--at', formatTime(stand.time + DAY)],
      ]) {
        const { code, stdout, stderr } = await run(...args)
        expect([code, stdout.includes(moon.address)], `${args.join(' ')}\n${stdout}\n${stderr}`).toEqual([
          0,
          false,
        ])
      }
      const left = await run('holdings', '--to', formatTime(stand.time + DAY))
      expect([left.code, left.stdout]).toEqual([0, expect.not.stringContaining('MOON')])
    })
  }, 120_000)
})
