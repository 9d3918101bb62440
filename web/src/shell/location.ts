import type { BaseLocationHook } from 'wouter'
import { useBrowserLocation, useSearch } from 'wouter/use-browser-location'
import { shareToken } from '../api/session.ts'

/** Who came by a link goes on with it: its token is in the fragment, which no server sees, and in no storage. */
const kept = shareToken === null ? '' : `#share=${shareToken}`

/** The address of the page, which keeps the link wherever one goes, so that it can be loaded again there. */
export const useSharedLocation: BaseLocationHook = () => {
  const [path, navigate] = useBrowserLocation()
  return [path, (to: string, options?: { replace?: boolean }) => navigate(to + kept, options)]
}
useSharedLocation.searchHook = useSearch
useSharedLocation.hrefs = (href) => href + kept
