import { useMemo } from 'react'
import { useLook, useSettings } from '../settings/settings.ts'

/** Colours and manners of charts; they follow theme, palette and what the machine asks for. */
export type ChartLook = {
  readonly text: string
  readonly soft: string
  readonly line: string
  readonly panel: string
  readonly raised: string
  readonly up: string
  readonly down: string
  readonly accent: string
  readonly warn: string
  /** Eight that differ to everybody, each 3:1 against the panel. */
  readonly series: readonly string[]
  readonly privacy: boolean
}

const SERIES = {
  light: ['#0b65b0', '#b45309', '#0f766e', '#7c3aed', '#be185d', '#4d7c0f', '#475569', '#a16207'],
  dark: ['#56b4e9', '#f5a524', '#2dd4bf', '#b79bf5', '#f472b6', '#a3e635', '#94a3b8', '#fde047'],
} as const

export function useChartLook(): ChartLook {
  const look = useLook()
  const { privacy } = useSettings()
  return useMemo(() => lookOf(look, privacy), [look, privacy])
}

function lookOf(look: string, privacy: boolean): ChartLook {
  const style = getComputedStyle(document.documentElement)
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim()
  return {
    ...{
      text: of('text'),
      soft: of('text-soft'),
      line: of('line'),
      panel: of('panel'),
      raised: of('raised'),
    },
    ...{ up: of('up'), down: of('down'), accent: of('accent'), warn: of('warn') },
    series: SERIES[look.startsWith('dark') ? 'dark' : 'light'],
    privacy,
  }
}
