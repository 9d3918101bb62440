import type { Flow } from '#core/flow.ts'
import type { Leg } from '../flows/leg.ts'
import { type Charges, chargesOf } from './charges.ts'
import type { Charge, Entry, EntryRole } from './entry.ts'
import { type Exact, NOUGHT, exactOf, isZero, times } from './exact.ts'
import {
  type Group,
  NO_CHARGES,
  type Row,
  type Worth,
  groupOfRows,
  marketOf,
  ownValue,
  sizeOf,
  worthAtMarket,
  worthOfRow,
} from './group.ts'
import { FEE, LOSS, SURPLUS, byPlace, placeOf } from './place.ts'
import { type FoundMove, arrivals, departures, movesOf } from './transfer.ts'
import type { Valuer } from './valuer.ts'

/** Entries of one tx: all its flows, in any order. @param key names the group; moves are known by it */
export function entriesOf(key: string, flows: readonly Flow[], valuer: Valuer): Entry[] {
  const ordered = flows.length === 1 ? flows : sorted(flows)
  const group = groupOfRows(key, ordered.map(valuer.row), valuer)
  const charges = chargesOf(group)
  const [row] = group.rows
  if (group.rows.length === 1 && row !== undefined && row.fee === null && row.main.asset !== valuer.base) {
    return [ownEntry(group, charges, row)]
  }
  const found = movesOf(group)
  const moves = found.filter(({ outs }) => outs[0]?.main.asset !== valuer.base)
  const moved = new Set(moves.flatMap(({ outs, ins }) => [...outs, ...ins]))
  const entries = moves.flatMap((move) => moveEntries(group, charges, move))
  for (const move of found) if (!moves.includes(move)) entries.push(...lostBase(move))
  for (const row of group.rows) {
    if (row.main.asset === valuer.base) entries.push(...baseEntries(group, charges, row))
    else if (!moved.has(row)) entries.push(ownEntry(group, charges, row))
    if (row.fee !== null) entries.push(feeEntry(group, charges, row.flow, row.fee))
  }
  return entries
}

const sorted = (flows: readonly Flow[]): Flow[] =>
  flows
    .map((flow) => ({ flow, place: placeOf(flow) }))
    .sort((a, b) => byPlace(a.place, b.place))
    .map(({ flow }) => flow)

type Part = Partial<Entry> & { readonly role: EntryRole }

function entry(flow: Flow, leg: Leg, charges: readonly Charge[] | undefined, part: Part): Entry {
  const { asset, wallet, kind } = leg
  return {
    place: part.place ?? placeOf(flow),
    role: part.role,
    flow,
    asset,
    wallet,
    kind: part.kind ?? kind,
    quantity: part.quantity ?? sizeOf(leg),
    value: part.value ?? null,
    valuedBy: part.valuedBy ?? 'none',
    market: part.market ?? null,
    undocumented: part.undocumented ?? false,
    ownBasis: part.ownBasis ?? false,
    income: part.income ?? false,
    charges: charges ?? NO_CHARGES,
    joins: part.joins ?? false,
    move: part.move ?? null,
    named: part.named ?? flow.lot,
  }
}

const worth = ({ value, by }: Worth) => ({ value, valuedBy: by })

/** The entry of a row that moves nothing between pools. */
function ownEntry(group: Group, charges: Charges, row: Row): Entry {
  const { flow, main } = row
  const make = (part: Part) => entry(flow, main, charges.get(main), part)
  const incoming = main.quantity.isPositive()
  switch (main.kind) {
    case 'buy':
    case 'sell':
    case 'convert': {
      const share = group.exchanged.get(main) as Worth
      return make({ role: incoming ? 'in' : 'out', ...worth(share), joins: true })
    }
    case 'deposit':
    case 'opening':
    case 'withdraw':
    case 'transfer':
    case 'unexplained':
      return incoming
        ? depositEntry(group, charges, row)
        : make({ role: 'leave', market: marketOf(main, group.valuer) })
    case 'gift': {
      if (incoming) return depositEntry(group, charges, row)
      const market = marketOf(main, group.valuer)
      return make({ role: 'out', value: market, valuedBy: 'mark', market })
    }
    case 'income':
    case 'airdrop':
      return make({ role: 'in', ...worth(worthOfRow(group, row)), income: true })
    case 'rebase':
      return incoming
        ? make({ role: 'in', ...worth(worthOfRow(group, row)), income: true })
        : costEntry(group, charges, row)
    case 'gas':
    case 'fee':
      return make({ role: 'out', ...worth(worthOfRow(group, row)) })
    case 'lost':
      return make({ role: 'out', value: NOUGHT })
    case 'split':
      return make({ role: 'split', quantity: exactOf(main.quantity) })
  }
}

/** What comes in from outside: with a cost basis of its own, or undocumented. */
function depositEntry(group: Group, charges: Charges, { flow, main }: Row): Entry {
  const documented = flow.unitPrice !== null && main.kind !== 'unexplained'
  return entry(flow, main, charges.get(main), {
    role: 'in',
    value: documented ? ownValue(main) : null,
    valuedBy: documented ? 'own-price' : 'none',
    market: documented ? marketOf(main, group.valuer) : null,
    undocumented: !documented,
    ownBasis: documented,
  })
}

/** A negative rebase: a disposal at market whose value is a cost. */
function costEntry(group: Group, charges: Charges, row: Row): Entry {
  const value = worthOfRow(group, row)
  const charge = { flow: row.flow, asset: row.main.asset, value: value.value }
  return entry(row.flow, row.main, [charge, ...(charges.get(row.main) ?? [])], {
    role: 'out',
    ...worth(value),
  })
}

/** A fee paid in a token: a disposal right after its row; its cost counts with the leg that it goes with. */
function feeEntry(group: Group, charges: Charges, flow: Flow, leg: Leg): Entry {
  return entry(flow, leg, charges.get(leg), {
    role: 'out',
    place: { ...placeOf(flow), step: FEE },
    ...worth(worthAtMarket(group, leg)),
    named: '',
  })
}

/** The base currency has no lots: only what it earns and costs counts, with the total. */
function baseEntries({ exchanged }: Group, charges: Charges, { flow, main }: Row): Entry[] {
  const list = charges.get(main) ?? []
  const size = sizeOf(main)
  const own = main.kind === 'lost' || (main.kind === 'rebase' && main.quantity.isNegative())
  const income = main.kind === 'income' || main.kind === 'airdrop' || (main.kind === 'rebase' && !own)
  const costs = own ? [{ flow, asset: main.asset, value: size }, ...list] : list
  if (costs.length === 0 && !income) return []
  return [
    entry(flow, main, costs, {
      role: 'amount',
      value: income ? size : NOUGHT,
      income,
      joins: exchanged.has(main),
    }),
  ]
}

function moveEntries(group: Group, charges: Charges, found: FoundMove): Entry[] {
  const { move, ins, lost } = found
  const share = (leg: Leg) => worth(group.exchanged.get(leg) ?? { value: null, by: 'none' })
  const part = (leg: Leg) => ({
    move,
    joins: move.convert,
    market: marketOf(leg, group.valuer),
    ...share(leg),
  })
  const entries = departures(found).map(({ row: { flow, main }, place }) =>
    entry(flow, main, charges.get(main), { role: 'depart', place, ...part(main) }),
  )
  for (const { row, moved, surplus } of arrivals(found)) {
    const { flow, main } = row
    const own = charges.get(main)
    if (!isZero(moved) || move.convert) {
      entries.push(entry(flow, main, own, { role: 'arrive', quantity: moved, ...part(main) }))
    }
    if (isZero(surplus)) continue
    entries.push(
      entry(flow, main, isZero(moved) ? own : undefined, {
        role: 'in',
        place: { ...placeOf(flow), step: SURPLUS },
        quantity: surplus,
        undocumented: true,
      }),
    )
  }
  if (!isZero(lost)) entries.push(lostOnTheWay(group, found, ins.at(-1) as Row, lost))
  return entries
}

/** Base currency that left and did not arrive is a cost. */
function lostBase({ ins, lost }: FoundMove): Entry[] {
  if (isZero(lost)) return []
  const { flow, main } = ins.at(-1) as Row
  const place = { ...placeOf(flow), step: LOSS }
  return [
    entry(flow, main, [{ flow, asset: main.asset, value: lost }], {
      role: 'amount',
      kind: 'fee',
      place,
      value: NOUGHT,
    }),
  ]
}

/** What left and did not arrive is the network fee: a disposal and a cost at its mark, with the last arrival. */
function lostOnTheWay(group: Group, { move, outs }: FoundMove, last: Row, lost: Exact): Entry {
  const mark = group.valuer.mark(last.main.asset, last.main.hour)
  const value = mark === null ? null : times(lost, exactOf(mark))
  const sender = (outs[0] as Row).main
  return entry(
    last.flow,
    { ...last.main, wallet: sender.wallet },
    [{ flow: last.flow, asset: last.main.asset, value }],
    {
      role: 'out',
      kind: 'fee',
      place: { ...placeOf(last.flow), step: LOSS },
      quantity: lost,
      value,
      valuedBy: value === null ? 'missing' : 'mark',
      move,
      named: '',
    },
  )
}
