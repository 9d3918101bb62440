import type { AssetId } from '#core/asset.ts'
import { snapshotHours, type HourlyParts } from '#pnl/hourly/token.ts'
import type { MarkSettings } from '#pnl/settings.ts'
import { presentQuantities } from './pnl-present.ts'
import type { PnlReport } from './pnl-report.ts'
import { openSession, reportOf, tokensAndTotal, type PnlPorts, type PnlRequest } from './pnl.ts'

/** `parts` is what each hour is made of, parallel to the hours of the report; null where the asset was not held. */
export type AssetHours = { readonly report: PnlReport; readonly parts: HourlyParts | null }

/** One asset over a range, with its attribution by hour. */
export async function assetHours(
  request: PnlRequest,
  asset: AssetId,
  io: PnlPorts,
  settings: MarkSettings,
): Promise<AssetHours> {
  const session = await openSession(request, io, settings)
  const { report } = await reportOf(session, { ...request, assets: [asset] })
  const present = await presentQuantities(session, request.now)
  const range = { from: report.from, to: report.to, hourly: true }
  const { shown } = await tokensAndTotal(session, present, range, [asset])
  const token = shown[0]?.[1]
  return { report, parts: token === undefined ? null : (token.hourly ?? snapshotHours(token)) }
}
