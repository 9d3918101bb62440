import { createContext, useContext } from 'react'

/** Whether whoever looks is shown no amounts at all: then those that are not there are hidden, not missing. */
export const HiddenAmounts = createContext(false)
export const useHiddenAmounts = (): boolean => useContext(HiddenAmounts)
