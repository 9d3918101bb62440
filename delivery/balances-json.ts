import { exposureOf } from '#core/exposure.ts'
import { formatTime } from '#core/hour.ts'
import { money, plain, share } from '#core/number.ts'
import type { BalanceReport, ChainOutcome } from '#pipeline/chain/balances.ts'
import type { ValuedBalance } from '#pipeline/chain/balance-value.ts'

/** Balances as machines read them: decimal text, null where it is missing; ages in whole seconds. */
export function balancesDocument(report: BalanceReport) {
  const { quote, hour, total } = report
  return {
    quote,
    hour: formatTime(hour),
    balances: report.balances.map(balanceDocument),
    suspects: report.suspects.map(balanceDocument),
    chains: report.chains.map(chainDocument),
    total: {
      value: total.value === null ? null : money(total.value),
      quality: total.quality,
      coverage: share(total.coverage),
      coverageByCount: share(total.coverageByCount),
      ageSeconds: secondsOf(total.age),
    },
  }
}

function balanceDocument({ mark, value, age, ...row }: ValuedBalance) {
  return {
    ...row,
    exposure: exposureOf(row.asset),
    mark: mark === null ? null : plain(mark),
    value: value === null ? null : money(value),
    ageSeconds: secondsOf(age),
  }
}

function chainDocument({ chain, block, error, carried, unread }: ChainOutcome) {
  return {
    chain,
    block: block === null ? null : { number: block.number, hash: block.hash, time: formatTime(block.time) },
    error: error === null ? null : { code: error.code, message: error.message, fix: error.fix },
    ...{ carried, unread },
  }
}

const secondsOf = (ms: number | null): number | null => (ms === null ? null : Math.floor(ms / 1000))
