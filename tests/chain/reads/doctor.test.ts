import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '#tests/support/folder.ts'
import { program } from '#tests/support/program.ts'
import { build } from '../../scripts/support.ts'
import { describeChain, startAnvil } from '../support/anvil.ts'

const WALLET = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'

type Check = { readonly name: string; readonly state: string; readonly found: string }

describeChain('doctor', () => {
  beforeAll(build, 60_000)

  test('asks an endpoint of each chain that wallets are on: one answers, one is of another chain, one is away', async () => {
    const node = await startAnvil({ chainId: 10 })
    const wrong = await startAnvil({ chainId: 137 })
    const cwd = temporaryFolder()
    writeFileSync(
      join(cwd, 'portfolio.yaml'),
      `name: main\nbaseCurrency: usd\nwallets:\n  - { address: "${WALLET}", chains: [ethereum, optimism, base] }\n`,
    )
    const { stdout } = await program(['doctor', '--json'], {
      cwd,
      env: {
        RPC_URL_1: node.url,
        RPC_URL_10: `${wrong.url},${node.url}`,
        RPC_URL_8453: 'http://127.0.0.1:1',
        COINGECKO_BASE_URL: 'http://127.0.0.1:1/api/v3',
      },
    })
    const { checks } = JSON.parse(stdout) as { checks: Check[] }
    expect(checks.length, stdout).toBeGreaterThan(3)
    const of = (chain: string) => checks.find(({ name }) => name === `Chain ${chain} answers`)
    expect(of('optimism')).toMatchObject({
      state: 'ok',
      found: expect.stringContaining('block 0') as unknown,
    })
    const host = new URL(wrong.url).host
    expect(checks.find(({ name }) => name === 'Endpoint of optimism is of its chain')).toMatchObject({
      state: 'fail',
      found: `${host} is an endpoint of chain 137, and it is set for optimism, which is chain 10.`,
    })
    expect(of('ethereum')).toMatchObject({ state: 'fail', found: expect.stringContaining('10') as unknown })
    expect(of('base')).toMatchObject({
      state: 'warn',
      found: expect.stringContaining('ECONNREFUSED') as unknown,
    })
  })
})
