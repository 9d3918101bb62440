/** The built program on three chains and twenty wallets: what it says is what was calculated by hand. */
import { beforeAll, expect, test } from 'vitest'
import { parseEther, type Hex } from 'viem'
import { formatTime, HOUR_MS } from '#core/hour.ts'
import { Decimal, formatDecimal } from '#core/decimal.ts'
import { build } from '#tests/scripts/support.ts'
import { withGecko } from '#tests/support/gecko.ts'
import { program, type ProgramEnd } from '#tests/support/program.ts'
import { describeChain } from '../support/anvil.ts'
import { CHAINS, FROM, live, MARKET, newWorld, priceAt, settle, TO, WALLETS, type Deeds } from './world.ts'

const RANGE = ['--from', formatTime(FROM), '--to', formatTime(TO)]
const WALLET_FLAGS = ['--wallet', ...WALLETS, '--chain', ...Object.keys(CHAINS)]

type Row = { asset: string; wallet: string; chain: string; quantity: string }
type Summary = {
  chains: { chain: string; faults: string[]; error: string | null }[]
  failures: { item: string; code: string }[]
}
const ALL = ['--limit', '500']
const quantities = (rows: readonly Row[]): Map<string, string> =>
  new Map(rows.map((row) => [`${row.wallet} ${row.chain} ${row.asset}`, row.quantity]))
const json = <T>({ stdout, stderr }: ProgramEnd): T => {
  try {
    return JSON.parse(stdout) as T
  } catch {
    throw new Error(`no JSON: ${stdout}\n${stderr}`)
  }
}
const sum = (values: readonly (string | number | Decimal)[]): Decimal =>
  values.reduce<Decimal>((total, value) => total.plus(value), new Decimal(0))

/** What each wallet should hold at the end, by `wallet chain asset`. */
function held({ sent, paidBack }: Deeds): Map<string, string> {
  const rows = new Map<string, Decimal>()
  WALLETS.forEach((wallet, n) => {
    for (const chain of Object.keys(CHAINS)) rows.set(`${wallet} ${chain} ethereum`, new Decimal(n + 1))
    rows.set(`${wallet} ethereum usd-coin`, new Decimal((n + 1) * 100))
  })
  const add = (n: number, quantity: Decimal | string) => {
    const key = `${WALLETS[n]} ethereum ethereum`
    rows.set(key, (rows.get(key) as Decimal).plus(quantity))
  }
  add(2, '-0.25')
  add(2, gasOf(sent).negated())
  add(3, '0.25')
  paidBack.forEach((mined, n) => {
    add(n, '-0.5')
    add(n, gasOf(mined).negated())
  })
  return new Map([...rows].map(([key, quantity]) => [key, formatDecimal(quantity)]))
}
/** Money is printed in 12 digits. */
const printed = (exact: Decimal): number => Number(exact.toSignificantDigits(12).toString())
const gasOf = ({ gas }: { gas: bigint }): Decimal => new Decimal(String(gas)).div('1e18')

beforeAll(build, 180_000)

describeChain('twenty wallets on three chains', () => {
  test('ingest, pnl, lots, holdings and balances say what was calculated by hand', async () => {
    const world = await newWorld()
    const expected = held(await live(world))
    await withGecko({ market: MARKET, now: Date.now }, async (gecko) => {
      const env = { ...world.env, ...gecko.env }
      const run = (...args: string[]) => program(args, { cwd: world.cwd, env })
      const plan = await run('ingest', ...WALLET_FLAGS, ...RANGE, '--dry-run', '--json')
      expect(plan.code, plan.stderr).toBe(0)
      expect(plan.stdout).toContain('rpc:ethereum')
      const ingested = await run('ingest', ...WALLET_FLAGS, ...RANGE, '--json')
      expect(ingested.code, ingested.stderr).toBe(0)
      expect(json<Summary>(ingested).chains.map(({ chain, faults }) => [chain, faults])).toEqual(
        ['base', 'ethereum', 'optimism'].map((chain) => [chain, []]),
      )
      const nothing = await run('ingest', ...RANGE, '--json')
      expect(json(nothing), nothing.stderr).toMatchObject({ nothingNew: true, exitCode: 0 })

      const holdings = async () =>
        quantities(json<{ holdings: Row[] }>(await run('holdings', '--json', ...ALL)).holdings)
      expect(await holdings()).toEqual(expected)

      const balancesAt = async () => {
        const end = await run('balances', '--at', formatTime(TO), '--json')
        expect(end.code, end.stderr).toBe(0)
        return json<{ balances: (Row & { quality: string })[]; total: { value: string } }>(end)
      }
      const balances = await balancesAt()
      expect(quantities(balances.balances)).toEqual(expected)

      const ether = sum([...expected].filter(([key]) => key.endsWith(' ethereum')).map(([, each]) => each))
      const coins = 21_000
      const value = ether.times(priceAt('ethereum', TO)).plus(coins)
      expect(Number(balances.total.value)).toBe(printed(value))
      // What came counts at the mark that ends its hour, and so does what went; gas is a cost. Coins that were made for
      // a wallet are income.
      const mark = (day: number) => priceAt('ethereum', FROM + day * 24 * HOUR_MS + HOUR_MS)
      const made = value.minus(3 * 210 * mark(1)).plus(5 * 0.5 * mark(6))
      const pnl = await run('pnl', ...RANGE, '--json')
      expect(pnl.code, pnl.stderr).toBe(0)
      const { total } = json<{ total: { value: string[]; pnl: string[] } }>(pnl)
      expect([total.value.at(-1), total.pnl.at(-1)].map(Number)).toEqual([value, made].map(printed))

      // Nobody knows what was paid for it, so the lots are undocumented: exit 3, and the quantities stand.
      const lots = await run('lots', '--at', formatTime(TO), '--json')
      expect(lots.code, lots.stderr).toBe(3)
      const { assets } = json<{ assets: { asset: string; quantity: string }[] }>(lots)
      expect(assets.map(({ asset, quantity }) => [asset, quantity])).toEqual([
        ['ethereum', formatDecimal(ether)],
        ['usd-coin', String(coins)],
      ])

      // A chain dies: it costs itself alone, and what was held there is held still.
      const { base, ethereum } = world.stages
      await base.node.stop()
      const late = { from: ethereum.faucet, to: WALLETS[19] as Hex, value: parseEther('7') }
      await ethereum.block([late], TO + 2 * HOUR_MS)
      await settle(ethereum.node)
      const without = await run('ingest', ...RANGE, '--json')
      expect(without.code, without.stderr).toBe(3)
      const summary = json<Summary>(without)
      expect(summary.failures.map(({ item, code }) => [item, code])).toEqual([
        ['base', 'PROVIDER_UNAVAILABLE'],
      ])
      expect(summary.chains.map(({ chain, error }) => [chain, error === null])).toEqual([
        ['base', false],
        ['ethereum', true],
        ['optimism', true],
      ])
      expect(await holdings()).toEqual(new Map(expected).set(`${WALLETS[19]} ethereum ethereum`, '27'))
      type Carried = { carriedWallets: { wallet: string; chain: string; failed: boolean }[] }
      const asLastRead = WALLETS.map((wallet) => ({ wallet, chain: 'base', failed: true }))
      const held = json<Carried>(await run('holdings', '--json'))
      expect(held.carriedWallets).toMatchObject(asLastRead)
      const valued = await run('value')
      expect(valued.stdout).toContain('Carried  20 wallets as last read on base')
      const { checks } = json<{ checks: { name: string; state: string; found: string }[] }>(
        await run('doctor', '--json'),
      )
      expect(checks.filter(({ name }) => name === 'Wallets fresh')).toMatchObject([
        {
          state: 'warn',
          found: expect.stringMatching(
            /17 more on base as last read .*the last run could not read it$/,
          ) as unknown,
        },
      ])
      const carried = await balancesAt()
      expect(quantities(carried.balances)).toEqual(expected)
      const ofBase = carried.balances.filter(({ chain }) => chain === 'base')
      expect(new Set(ofBase.map(({ quality }) => quality))).toEqual(new Set(['carried']))
      expect(carried.total.value).toBe(balances.total.value)
    })
  }, 240_000)
})
