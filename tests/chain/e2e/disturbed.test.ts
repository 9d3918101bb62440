/** The built program while blocks are undone under it, and killed in the middle: it ends where an undisturbed one does. */
import { setTimeout } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { formatTime } from '#core/hour.ts'
import { build } from '#tests/scripts/support.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { withGecko } from '#tests/support/gecko.ts'
import { leaseRunsOut, program, withStore, type Kill, type ProgramEnd } from '#tests/support/program.ts'
import { below, seeded, testSeed } from '#tests/support/random.ts'
import { live, newStand, reorganise, settle, WALLETS, type Stand } from '../job/stand.ts'
import { describeChain } from '../support/anvil.ts'
import { FROM, MARKET } from './world.ts'

const LONG = process.env['LONG'] !== undefined
const REORGS = Number(process.env['CHAIN_REORGS'] ?? (LONG ? 100 : 10))
const KILLS = Number(process.env['CHAIN_KILLS'] ?? (LONG ? 50 : 5))

const RANGE = ['--from', formatTime(FROM), '--to', formatTime(FROM + 3 * 3_600_000)]
const INGEST = ['ingest', '--wallet', ...WALLETS, '--chain', 'ethereum', ...RANGE, '--json']

beforeAll(build, 180_000)

type Ingest = (cwd: string, kill?: Kill) => Promise<ProgramEnd>

/** Hands over what reads the wallets of a chain into the store of a folder. */
function withIngest<T>({ stage }: Stand, work: (ingest: Ingest) => Promise<T>): Promise<T> {
  // A clock that stands still: the list of coins says when it was made.
  return withGecko({ market: MARKET, now: () => FROM + 5 * 3_600_000 }, (gecko) => {
    const env = { ...gecko.env, RPC_URL_1: stage.node.url, RPC_RATE: '1000', PUBLIC_RPC: 'off' }
    return work((cwd, kill) => program(INGEST, { cwd, env, ...(kill === undefined ? {} : { kill }) }))
  })
}

const hashOf = (cwd: string): Promise<string> => withStore(cwd, (store) => store.canonicalHash())

async function expectComplete(ingest: Ingest, cwd: string, context: string): Promise<void> {
  const end = await ingest(cwd)
  expect(end.code, `${context}\n${end.stdout}\n${end.stderr}`).toBe(0)
}

describeChain('ingest of wallets, disturbed', () => {
  test(
    `${REORGS} reorganisations at random depths while it reads leave what the final chain says`,
    { timeout: 120_000 + REORGS * 20_000 },
    async () => {
      const seed = testSeed(11)
      const random = seeded(seed)
      const stand = await newStand()
      await live(stand, random, 100)
      const cwd = temporaryFolder()
      await withIngest(stand, async (ingest) => {
        for (let round = 0; round < REORGS; round++) {
          const depth = 1 + below(random, 100)
          const at = `seed ${seed}, round ${round}, ${depth} blocks undone`
          await live(stand, random, 1 + below(random, 6))
          const reading = ingest(cwd)
          await setTimeout(400 + random() * 1_200)
          await reorganise(stand, random, depth)
          // It may have been undone behind its back: then the next run finds that out.
          expect([0, 3, 7], at).toContain((await reading).code)
          await expectComplete(ingest, cwd, at)
          const other = temporaryFolder()
          await expectComplete(ingest, other, at)
          expect(await hashOf(cwd), at).toBe(await hashOf(other))
        }
      })
      await withStore(cwd, async (store) => expect((await store.verify()).damage).toEqual([]))
    },
  )

  test(
    `killed with -9 at ${KILLS} random moments and run again it ends where an undisturbed run does`,
    { timeout: 120_000 + KILLS * 20_000 },
    async () => {
      const seed = testSeed(12)
      const random = seeded(seed)
      const stand = await newStand()
      await live(stand, random, 60)
      await settle(stand)
      await live(stand, random, 10)
      await withIngest(stand, async (ingest) => {
        const undisturbed = temporaryFolder()
        const { ms } = await ingest(undisturbed)
        const hash = await hashOf(undisturbed)
        let killed = 0
        for (let n = 0; n < KILLS; n++) {
          const cwd = temporaryFolder()
          const afterMs = ms * (0.2 + 0.8 * random())
          const at = `seed ${seed}, killed after ${afterMs} ms`
          if ((await ingest(cwd, { afterMs })).killed) killed++
          await withStore(cwd, async (store) => {
            expect((await store.verify()).damage, at).toEqual([])
            await leaseRunsOut(store)
          })
          await expectComplete(ingest, cwd, at)
          expect(await hashOf(cwd), at).toBe(hash)
        }
        console.log(`${killed} of ${KILLS} died`)
        expect(killed).toBeGreaterThan(0)
      })
    },
  )
})
