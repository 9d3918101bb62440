/** The same commands print the same bytes, whatever STORAGE names. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { addHours, formatTime } from '#core/hour.ts'
import { build } from '#tests/scripts/support.ts'
import { withServers } from '#tests/servers/in-tests.ts'
import { temporaryFolder } from '#tests/support/folder.ts'
import { withGecko } from '#tests/support/gecko.ts'
import { program } from '#tests/support/program.ts'
import { testSeed } from '#tests/support/random.ts'
import { endOf, HOLE, STEADY, STEADY_PORTFOLIO, steadyFlows, steadyMarket } from '#tests/support/steady.ts'

const SEED = testSeed(23)
const servers = withServers('mongodb', 'influxdb')
type Env = Readonly<Record<string, string>>
const KINDS = ['embedded', 'mongodb', 'mongodb+influxdb'] as const
type Kind = (typeof KINDS)[number]

beforeAll(build)

let made = 0
/** Settings of an empty store that is nobody else's. */
async function settingsOf(kind: Kind): Promise<Env> {
  if (kind === 'embedded') return { STORAGE: kind }
  const name = `every-store-${process.pid}-${made++}`
  const { mongodb, influxdb } = await servers.addresses()
  const uri = new URL(mongodb.uri)
  uri.pathname = `/${name}`
  const documents = { STORAGE: kind, MONGODB_URI: uri.href }
  if (kind === 'mongodb') return documents
  const { url, token, org } = influxdb
  return { ...documents, INFLUX_URL: url, INFLUX_TOKEN: token, INFLUX_ORG: org, INFLUX_BUCKET: name }
}

type Place = { readonly cwd: string; readonly env: Env }
const market = steadyMarket(SEED)
const at = (hour: number) => formatTime(addHours(STEADY.from, hour))
const END = formatTime(endOf(STEADY))
const PNL = ['pnl', '--json', '--portfolio', 'portfolio.yaml', '--from', at(0), '--to', END]

async function printed(
  { cwd, env }: Place,
  args: readonly string[],
  codes: readonly number[],
): Promise<string> {
  const end = await program(args, { cwd, env })
  expect(codes, `${args.join(' ')}: ${end.stderr}`).toContain(end.code)
  return end.stdout
}

/** The life of a store in steps, with what `pnl --json` prints after each. */
async function life(place: Place): Promise<string[]> {
  const { cwd } = place
  const rows = steadyFlows(SEED, 120).trimEnd().split('\n')
  const writeFlows = (count: number) =>
    writeFileSync(join(cwd, 'flows.csv'), `${rows.slice(0, count).join('\n')}\n`)
  const writePrices = (price: string) =>
    writeFileSync(join(cwd, 'otc.csv'), `time,asset,price\n${at(HOLE.from + 5)},${HOLE.asset},${price}\n`)
  const ingest = (to: string) =>
    printed(place, ['ingest', '--portfolio', 'portfolio.yaml', '--from', at(0), '--to', to, '-q'], [0, 3])
  const prices = () => printed(place, ['prices', 'import', 'otc.csv'], [0])
  const reports: string[] = []
  const pnl = async (...more: string[]) => {
    reports.push(await printed(place, [...PNL, ...more], [0, 3]))
  }
  writeFileSync(join(cwd, 'portfolio.yaml'), STEADY_PORTFOLIO)
  writeFlows(80)
  await ingest(at(30 * 24))
  await pnl()
  // Late prices and late flows, of months that are computed already too.
  writeFlows(rows.length)
  await ingest(END)
  await pnl()
  writePrices('101.25')
  await prices()
  await pnl()
  // The same hour corrected.
  writePrices('99.5')
  await prices()
  await pnl()
  await pnl('--rebuild')
  expect(figures(reports.at(-1)) === figures(reports.at(-2)), 'rebuilt equals incremental').toBe(true)
  expect(new Set(reports.map(figures)).size).toBe(reports.length - 1)
  return reports
}

/** A report without how many batches were computed for it. */
const figures = (report = '') => report.replace(/"batches":\{[^}]*\}/, '')

const hashOf = async (place: Place): Promise<string> => {
  const { ok, hash } = JSON.parse(await printed(place, ['verify', '--json'], [0])) as {
    ok: boolean
    hash: string
  }
  expect(ok).toBe(true)
  return hash
}

servers.describe('the same on every store', () => {
  test('pnl --json is byte for byte the same: at first, after late prices and flows, after corrections, rebuilt; and so is the hash', async () => {
    await withGecko({ market }, async ({ env: gecko }) => {
      const results: { reports: string[]; hash: string }[] = []
      for (const kind of KINDS) {
        const place = { cwd: temporaryFolder(), env: { ...gecko, ...(await settingsOf(kind)) } }
        results.push({ reports: await life(place), hash: await hashOf(place) })
      }
      const [embedded, ...others] = results
      for (const other of others) {
        expect(other.hash).toBe(embedded?.hash)
        other.reports.forEach((report, step) =>
          expect(report === embedded?.reports[step], `step ${step}`).toBe(true),
        )
      }
    })
  }, 300_000)

  test('store copy in every direction keeps hash, pnl and verify', async () => {
    await withGecko({ market }, async ({ env: gecko }) => {
      const cwd = temporaryFolder()
      const first = { cwd, env: { ...gecko, ...(await settingsOf('embedded')) } }
      const report = (await life(first)).at(-1)
      const hash = await hashOf(first)
      // Each arrow between two kinds once, and one between two stores of a kind.
      const tour: Kind[] = [
        'embedded',
        'mongodb',
        'mongodb+influxdb',
        'embedded',
        'mongodb+influxdb',
        'mongodb',
        'embedded',
      ]
      let from: Place = first
      for (const [step, kind] of [...tour.slice(1), tour.at(-1) as Kind].entries()) {
        const to: Place = { cwd, env: { ...gecko, ...(await settingsOf(kind)) } }
        const named = (place: Place, name: string, folder: string): [string, Place] => {
          if (place.env['STORAGE'] === 'embedded') {
            const data = place === first ? join(cwd, 'data') : join(cwd, folder)
            return [
              `embedded:${join(data, 'tidemark.db')}`,
              { cwd, env: { ...place.env, TIDEMARK_DATA_DIR: data } },
            ]
          }
          const settings = Object.entries(place.env).map(([key, value]) => `${key}=${value}`)
          writeFileSync(join(cwd, name), `${settings.join('\n')}\n`)
          return [`${place.env['STORAGE']}:${name}`, place]
        }
        const [source] = named(from, 'from.env', `data-${step - 1}`)
        const [target, there] = named(to, 'to.env', `data-${step}`)
        const copied = JSON.parse(
          await printed(first, ['store', 'copy', '--from', source, '--to', target, '--json'], [0]),
        ) as { hash: string }
        expect(copied.hash, `${source} to ${target}`).toBe(hash)
        expect(await hashOf(there)).toBe(hash)
        expect(figures(await printed(there, PNL, [0, 3])) === figures(report), `pnl from ${target}`).toBe(
          true,
        )
        from = to
      }
    })
  }, 300_000)
})
