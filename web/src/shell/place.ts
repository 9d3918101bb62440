import { useCallback } from 'react'
import { useLocation, useSearch } from 'wouter'

/** The address of the page after its path, as something to read and change. */
export function usePlace(): {
  readonly params: URLSearchParams
  /** Sets these, takes those that are null away; the page before stays one step back unless `replace`. */
  readonly change: (changes: Readonly<Record<string, string | null>>, replace?: boolean) => void
} {
  const search = useSearch()
  const [path, navigate] = useLocation()
  const change = useCallback(
    (changes: Readonly<Record<string, string | null>>, replace = false) => {
      const params = new URLSearchParams(search)
      for (const [name, value] of Object.entries(changes)) {
        if (value === null) params.delete(name)
        else params.set(name, value)
      }
      const text = params.toString()
      navigate(text === '' ? path : `${path}?${text}`, { replace })
    },
    [search, path, navigate],
  )
  return { params: new URLSearchParams(search), change }
}
