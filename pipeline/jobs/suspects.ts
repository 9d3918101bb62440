import { CANDLE_COLUMNS } from '#core/candle.ts'
import { TidemarkError } from '#core/errors.ts'
import { addHours, formatTime, hourOf, hoursBetween } from '#core/hour.ts'
import { monthOf, monthStart } from '#core/month.ts'
import type { Suspect } from '#core/sample.ts'
import type { SuspectKey } from '../ports.ts'
import { candleAt, columnsOf, withSamples } from './hour-candle.ts'
import type { JobIo } from './io.ts'
import { withLease } from './lease.ts'

type DecideIo = Pick<JobIo, 'store' | 'now' | 'holder' | 'newId'>

/**
 * Decides a sample that was kept aside. `accepted` puts it into its hour's candle; `rejected` keeps it out for good,
 * and where a candle holds it already the hour is read again by the next run.
 * @param key its time may be cut to the second, as it is printed
 * @returns the suspect as it stands now, and how many hours have another candle
 * @throws INPUT_INVALID when there is no such suspect or its price is none, LEASE_HELD while another run writes
 */
export async function decideSuspect(
  key: SuspectKey,
  state: 'accepted' | 'rejected',
  io: DecideIo,
): Promise<Suspect & { readonly hours: number }> {
  return withLease(io, new AbortController().signal, async () => {
    const suspect = await find(key, io)
    const hours = state === 'accepted' ? await accept(suspect, io) : await reject(suspect, io)
    return { ...suspect, state, hours }
  })
}

async function find(key: SuspectKey, { store }: DecideIo): Promise<Suspect> {
  const { asset, quote, provider } = key
  const known = await store.suspects({ asset, quote, provider })
  const exact = known.find(({ time }) => time === key.time)
  const near = known.filter(({ time }) => formatTime(time) === formatTime(key.time))
  const found = exact ?? (near.length === 1 ? near[0] : undefined)
  if (found !== undefined) return found
  throw new TidemarkError('INPUT_INVALID', {
    message: `No sample of ${asset} in ${quote} from ${provider} at ${formatTime(key.time)} was kept aside.`,
    fix: `Run "tidemark gaps --asset ${asset}" and take a time from its list.`,
  })
}

/** The decision first: should a crash come in between, the same command again puts the sample into the candle. */
async function accept(suspect: Suspect, { store }: DecideIo): Promise<number> {
  const { asset, quote, provider, time } = suspect
  const price = Number(suspect.price)
  if (suspect.price.trim() === '' || !(price >= 0) || !Number.isFinite(price)) {
    throw new TidemarkError('INPUT_INVALID', {
      message: `The sample of ${asset} at ${formatTime(time)} has no usable price: ${suspect.price}.`,
      fix: 'Reject it, or enter the price of that hour by hand: tidemark prices import FILE.',
    })
  }
  await store.decideSuspect(suspect, 'accepted')
  const hour = hourOf(time)
  const month = monthOf(hour)
  const chunks = await store.chunks({ assets: [asset], quote, from: month, to: month })
  const columns = chunks.find((chunk) => chunk.provider === provider)?.columns
  const index = hoursBetween(monthStart(month), hour)
  const candle = columns === undefined ? null : candleAt(columns, index)
  const covered = columns?.covered[index] ?? NaN
  const offset = time - hour
  const next = withSamples(candle, [{ offset, price }], Number.isNaN(covered) ? offset + 1 : covered)
  const others = await store.suspects({ asset, quote, provider })
  await store.writePrices([
    {
      run: { asset, quote, provider, from: hour, columns: columnsOf(next) },
      suspects: others.filter((other) => hourOf(other.time) === hour && other.time !== time),
      gaps: [],
    },
  ])
  return CANDLE_COLUMNS.every((name) => Object.is(next[name], candle?.[name])) ? 0 : 1
}

/** The candle is made anew by the next run. */
async function reject(suspect: Suspect, { store, now }: DecideIo): Promise<number> {
  const { asset, quote, provider, time, state } = suspect
  if (state === 'released' || state === 'accepted') {
    const from = hourOf(time)
    const at = now()
    const message = 'A sample of this hour was rejected by hand; the next run reads it again without it.'
    const gap = { asset, quote, provider, from, to: addHours(from, 1), message }
    await store.writeGaps([{ ...gap, reason: 'failed', seen: at, tried: at, tries: 1 }])
  }
  await store.decideSuspect(suspect, 'rejected')
  return 0
}
