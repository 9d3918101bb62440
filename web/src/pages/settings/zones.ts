/** Zones to choose from, by part of the world; UTC stands before them. */
export function zonesByRegion(
  zones: readonly string[],
): readonly (readonly [region: string, zones: readonly string[]])[] {
  const regions = new Map<string, string[]>()
  for (const zone of zones) {
    const [region = ''] = zone.split('/', 1)
    if (zone === region) continue
    regions.set(region, [...(regions.get(region) ?? []), zone])
  }
  return [...regions].map(([region, list]) => [region, list.sort()] as const)
}

/** `America/Argentina/Buenos_Aires` as people write it. */
export const zoneName = (zone: string): string => zone.replaceAll('_', ' ')
