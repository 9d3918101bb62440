import { Suspense, useEffect, useRef, useState, type MouseEvent } from 'react'
import { Route, Switch, useLocation } from 'wouter'
import { useApi } from '../api/use-api.ts'
import { shareToken } from '../api/session.ts'
import { useMe } from '../api/use-me.ts'
import { useConnection, useFigures } from '../live/use-live.ts'
import { changeSettings, useSettings } from '../settings/settings.ts'
import { useAmountText } from '../ui/Figure.tsx'
import { EmptyState } from '../ui/EmptyState.tsx'
import { Failure, Skeleton } from '../ui/Panel.tsx'
import { Announce, Toasts } from '../ui/toast.tsx'
import { Crash } from './Crash.tsx'
import { Currency } from './currency.ts'
import { DemoButton } from './DemoButton.tsx'
import { HiddenAmounts, useHiddenAmounts } from './hidden-amounts.ts'
import { SharedNotice } from './SharedNotice.tsx'
import { KeysDialog } from './KeysDialog.tsx'
import { useKeys } from './keys.ts'
import { Nav } from './Nav.tsx'
import { usePortfolio, type PortfolioChoice } from './portfolio.ts'
import { useRange } from './range.ts'
import { PAGES } from './routes.ts'
import styles from './Shell.module.css'
import { useTitle } from './title.ts'
import { TopBar } from './TopBar.tsx'

/** What is around every page of those who are signed in. */
export function Shell() {
  const portfolio = usePortfolio()
  const hides = useMe()?.hideAmounts === true
  useConnection(portfolio.name)
  useRemembered(portfolio.name)
  return (
    <HiddenAmounts value={hides}>
      <Currency value={portfolio.baseCurrency}>
        <Frame portfolio={portfolio} />
      </Currency>
    </HiddenAmounts>
  )
}

function Frame({ portfolio }: { readonly portfolio: PortfolioChoice }) {
  const [help, setHelp] = useState(false)
  const { privacy } = useSettings()
  const hides = useHiddenAmounts()
  const amount = useAmountText()
  const page = usePage()
  const main = useFocusOnPage(page.path)
  const { query } = useRange()
  // The overview asks the same, so that it is one request; custom spans have no first screen of their own.
  const dashboard = useApi(
    'GET /portfolio/dashboard',
    { query: { portfolio: portfolio.name ?? undefined, ...('range' in query ? query : {}) } },
    { enabled: portfolio.name !== null },
  ).data
  const live = useFigures(portfolio.name)
  const total = newest(dashboard, live)
  useTitle(page.title, total === null || privacy || hides ? null : amount(total.value, 'balance', true))
  useKeys({ '?': () => setHelp(true), p: () => changeSettings({ privacy: !privacy }) })
  useGoKeys()
  return (
    <div className={styles.shell}>
      <a href="#main" className={styles.skip} onClick={skipTo}>
        Skip to the content
      </a>
      <TopBar total={total} onHelp={() => setHelp(true)} />
      <Nav />
      <main id="main" ref={main} tabIndex={-1} className={styles.main}>
        <SharedNotice />
        <Crash key={page.path}>
          <Content portfolio={portfolio} />
        </Crash>
        {dashboard?.invented === true ? (
          <p className={styles.invented}>Everything here was invented by tidemark demo.</p>
        ) : null}
      </main>
      <footer className={styles.footer}>
        {dashboard?.holdings.some(({ source }) => source?.startsWith('coingecko') === true) === true ? (
          <a href="https://www.coingecko.com" rel="noreferrer">
            Data provided by CoinGecko
          </a>
        ) : null}
      </footer>
      <KeysDialog open={help} onClose={() => setHelp(false)} />
      <Announce text={total === null || hides ? '' : `Total ${amount(total.value)}`} />
      <Toasts />
    </div>
  )
}

function Content({ portfolio }: { readonly portfolio: PortfolioChoice }) {
  const [path] = useLocation()
  if (portfolio.error !== null && portfolio.all.length === 0) return <Failure error={portfolio.error} />
  // These have something to say to those who hold nothing yet.
  if (!portfolio.isPending && portfolio.name === null && !['/wallets', '/settings', '/data'].includes(path))
    return <EmptyState action={<DemoButton />} />
  return (
    <Suspense fallback={<Skeleton height="60vh" />}>
      <Switch>
        {PAGES.map(({ path: at, component }) => (
          <Route key={at} path={at} component={component} />
        ))}
        <Route>
          <h1>There is no such page</h1>
        </Route>
      </Switch>
    </Suspense>
  )
}

/** So that the next visit can ask for it at once. */
function useRemembered(name: string | null): void {
  const { portfolio: kept } = useSettings()
  useEffect(() => {
    if (name !== null && kept === null && shareToken === null) changeSettings({ portfolio: name })
  }, [name, kept])
}

type Figures = {
  readonly asOf: string
  readonly value: string | null
  readonly quality: 'missing' | 'carried' | 'estimated' | 'ok'
}

/** What was told live where it is newer than what was read. */
function newest(
  read: { change: { to: string }; total: Omit<Figures, 'asOf'> } | undefined,
  live: { asOf: string; total: string | null; quality: Figures['quality'] } | null,
): Figures | null {
  const known =
    read === undefined ? null : { asOf: read.change.to, value: read.total.value, quality: read.total.quality }
  if (live === null || (known !== null && known.asOf > live.asOf)) return known
  return { asOf: live.asOf, value: live.total, quality: live.quality }
}

function usePage(): { readonly path: string; readonly title: string } {
  const [path] = useLocation()
  const page =
    PAGES.find(({ path: at }) => at === path) ?? PAGES.find(({ path: at }) => at === '/assets/:asset')
  return {
    path,
    title: path.startsWith('/assets/') ? decodeURIComponent(path.slice(8)) : (page?.title ?? ''),
  }
}

/** A new page is read from its beginning; the first one is not: the browser has begun there. */
function useFocusOnPage(path: string) {
  const main = useRef<HTMLElement>(null)
  const before = useRef(path)
  useEffect(() => {
    if (before.current === path) return
    before.current = path
    main.current?.focus({ preventScroll: true })
    scrollTo(0, 0)
  }, [path])
  return main
}

/** Without a word in the address, where the token of a link may stand. */
function skipTo(event: MouseEvent): void {
  event.preventDefault()
  document.getElementById('main')?.focus()
}

/** How long after `g` its letter is waited for. */
const GO_MS = 1_500

function useGoKeys(): void {
  const [, navigate] = useLocation()
  const until = useRef(0)
  useEffect(() => {
    // Before the other keys, of which one is also a letter here.
    const onKey = (event: KeyboardEvent): void => {
      const page = PAGES.find(({ nav }) => nav?.key === event.key)
      if (Date.now() >= until.current || page === undefined) return
      until.current = 0
      event.preventDefault()
      navigate(page.path)
    }
    addEventListener('keydown', onKey, { capture: true })
    return () => removeEventListener('keydown', onKey, { capture: true })
  }, [navigate])
  useKeys({ g: () => (until.current = Date.now() + GO_MS) })
}
