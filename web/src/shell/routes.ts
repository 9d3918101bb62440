import { lazy, type ComponentType, type LazyExoticComponent } from 'react'

export type Page = {
  readonly path: string
  readonly title: string
  readonly component: LazyExoticComponent<ComponentType>
  /** Who came by a link has it too; `amounts` where it says nothing without them. */
  readonly shared?: 'all' | 'amounts'
  /** In the navigation, under this sign; the letter after `g` goes there. */
  readonly nav?: { readonly sign: string; readonly key: string; readonly short?: string }
}

/** Every page, each loaded when it is opened. */
export const PAGES: readonly Page[] = [
  {
    ...{ path: '/', title: 'Overview', nav: { sign: '◫', key: 'o' }, shared: 'all' },
    component: lazy(async () => ({ default: (await import('../pages/overview/Overview.tsx')).Overview })),
  },
  {
    ...{ path: '/pnl', title: 'PnL', nav: { sign: '±', key: 'p' }, shared: 'all' },
    component: lazy(async () => ({ default: (await import('../pages/pnl/Pnl.tsx')).Pnl })),
  },
  {
    ...{
      path: '/lots',
      title: 'Trades and lots',
      nav: { sign: '⇄', key: 'l', short: 'Lots' },
      shared: 'amounts',
    },
    component: lazy(async () => ({ default: (await import('../pages/lots/Lots.tsx')).Lots })),
  },
  {
    ...{ path: '/wallets', title: 'Wallets', nav: { sign: '◈', key: 'w' } },
    component: lazy(async () => ({ default: (await import('../pages/wallets/Wallets.tsx')).Wallets })),
  },
  {
    ...{ path: '/data', title: 'Data', nav: { sign: '≣', key: 'd' } },
    component: lazy(async () => ({ default: (await import('../pages/data/Data.tsx')).Data })),
  },
  {
    ...{ path: '/settings', title: 'Settings', nav: { sign: '⚙', key: 's' }, shared: 'all' },
    component: lazy(async () => ({ default: (await import('../pages/settings/Settings.tsx')).Settings })),
  },
  {
    ...{ path: '/assets/:asset', title: 'Asset' },
    component: lazy(async () => ({ default: (await import('../pages/asset/Asset.tsx')).Asset })),
  },
]

/** Where an asset has its page. */
export function assetPath(asset: string): string {
  return `/assets/${encodeURIComponent(asset)}`
}
