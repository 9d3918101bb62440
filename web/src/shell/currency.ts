import { createContext, useContext } from 'react'

/** The base currency of the portfolio that is shown, such as `usd`. */
export const Currency = createContext('usd')
export const useCurrency = (): string => useContext(Currency)
