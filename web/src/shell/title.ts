import { useEffect } from 'react'

/** Names the tab. Amounts come from `useAmountText`, which hides them where that is asked for. */
export function useTitle(page: string, amount: string | null): void {
  useEffect(() => {
    document.title = [amount, page, 'Tidemark'].filter((part) => part !== null).join(' · ')
  }, [page, amount])
}
