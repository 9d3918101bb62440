import { lazy, Suspense } from 'react'
import { Router } from 'wouter'
import { setupToken, shareToken } from './api/session.ts'
import { useApi } from './api/use-api.ts'
import { Shell } from './shell/Shell.tsx'
import { Failure } from './ui/Panel.tsx'

const SignIn = lazy(async () => ({ default: (await import('./pages/signin/SignIn.tsx')).SignIn }))
const SetUp = lazy(async () => ({ default: (await import('./pages/signin/SetUp.tsx')).SetUp }))

/** Who came by a link goes on with it: its token is in the fragment, which no server sees, and in no storage. */
const kept = shareToken === null ? '' : location.hash
const withFragment = (href: string): string => href + kept

/** The door first; then the page. */
export function App() {
  const me = useApi('GET /me', {}, { enabled: setupToken === null, staleTime: 60_000 })
  if (setupToken !== null) return <Door page={<SetUp token={setupToken} />} />
  if (me.data !== undefined)
    return (
      <Router hrefs={withFragment}>
        <Shell />
      </Router>
    )
  if (me.error === null) return null
  return (
    <Door
      page={
        me.error.status === 401 ? <SignIn /> : <Failure error={me.error} onRetry={() => void me.refetch()} />
      }
    />
  )
}

function Door({ page }: { readonly page: React.ReactNode }) {
  return <Suspense>{page}</Suspense>
}
