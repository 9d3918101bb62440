/** What a check found; a check that found nothing to mend has no `fix`. */
export type Finding = {
  readonly name: string
  readonly state: 'ok' | 'warn' | 'fail'
  readonly found: string
  readonly fix: string | null
}

export const ok = (name: string, found: string): Finding => ({ name, state: 'ok', found, fix: null })
export const warn = (name: string, found: string, fix: string): Finding => ({
  name,
  state: 'warn',
  found,
  fix,
})
export const fail = (name: string, found: string, fix: string): Finding => ({
  name,
  state: 'fail',
  found,
  fix,
})
