import { lazy, Suspense, type ReactNode } from 'react'
import { Router } from 'wouter'
import { setupToken, shareToken } from './api/session.ts'
import { useApi } from './api/use-api.ts'
import { useSharedLocation } from './shell/location.ts'
import { Shell } from './shell/Shell.tsx'

const SignIn = lazy(async () => ({ default: (await import('./pages/signin/SignIn.tsx')).SignIn }))
const SetUp = lazy(async () => ({ default: (await import('./pages/signin/SetUp.tsx')).SetUp }))
const Shut = lazy(async () => ({ default: (await import('./pages/signin/Shut.tsx')).Shut }))

/** The door first; then the page. */
export function App() {
  const me = useApi('GET /me', {}, { enabled: setupToken === null, staleTime: 60_000 })
  if (setupToken !== null) return <Door page={<SetUp token={setupToken} />} />
  const isStranger = me.error?.status === 401
  if (me.data !== undefined && !isStranger)
    return (
      <Router hook={useSharedLocation}>
        <Shell />
      </Router>
    )
  if (me.error === null) return null
  if (isStranger && shareToken === null) return <Door page={<SignIn />} />
  return <Door page={<Shut error={me.error} onRetry={() => void me.refetch()} />} />
}

function Door({ page }: { readonly page: ReactNode }) {
  return <Suspense>{page}</Suspense>
}
