import type { Config } from '#config/config.ts'
import { formatTime } from '#core/hour.ts'
import { money } from '#core/number.ts'
import type { Agreement } from '#pipeline/lots/agree.ts'
import type { Damage, Store } from '#pipeline/ports.ts'
import { markSettings } from '../../wiring/settings.ts'

/** Portfolios of one owner whose two views are compared; a service's thousands are another command's work. */
const MOST = 100

/** Whether hourly PnL and lots tell the same of each portfolio; a sound store is needed for it. */
export async function compareViews(
  store: Store,
  owner: string,
  config: Config,
  sound: boolean,
): Promise<{ agreements: readonly Agreement[]; apart: Damage[] }> {
  if (!sound) return { agreements: [], apart: [] }
  const { agreementOf } = await import('#pipeline/lots/agree.ts')
  const agreements: Agreement[] = []
  for (const portfolio of (await store.portfolios(owner)).slice(0, MOST))
    agreements.push(await agreementOf({ portfolio, now: Date.now() }, store, markSettings(config)))
  return { agreements, apart: agreements.flatMap(damageOf) }
}

function damageOf({ portfolio, difference, flows }: Agreement): Damage[] {
  if (difference === null || flows === null) return []
  const [first] = flows
  const more = flows.length > 1 ? ` and ${flows.length - 1} more in the same hour` : ''
  const where = first === undefined ? 'no flow' : `${first.source} at ${formatTime(first.time)}${more}`
  return [
    {
      place: `portfolio ${portfolio}`,
      found: `hourly PnL and lots are ${money(difference)} apart, first at ${where}`,
      fix: 'Run "tidemark pnl --rebuild"; if they still differ, "tidemark lots --explain" that row and report it.',
    },
  ]
}

export function agreementLine({ portfolio, at, difference, reason, flows }: Agreement): string {
  if (difference === null) return `– ${portfolio}: PnL and lots not compared, ${reason ?? ''}`
  return flows === null
    ? `✓ ${portfolio}: PnL and lots agree to the cent at ${formatTime(at)}`
    : `✗ ${portfolio}: PnL and lots are ${money(difference)} apart at ${formatTime(at)}`
}

export function agreementDocument({ portfolio, at, difference, reason, flows }: Agreement): object {
  return {
    portfolio,
    at: formatTime(at),
    difference: difference === null ? null : money(difference),
    reason,
    flows: (flows ?? []).map((flow) => ({ ...flow, time: formatTime(flow.time) })),
  }
}
