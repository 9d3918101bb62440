import { useState } from 'react'
import { useApi } from '../../api/use-api.ts'
import { Failure } from '../../ui/Panel.tsx'
import { offered } from './chains.ts'
import styles from './Wallets.module.css'

/** Chains that a wallet is read on: the usual ones to tick, hundreds more to search for. */
export function ChainPicker({
  chosen,
  onChange,
}: {
  readonly chosen: readonly string[]
  readonly onChange: (chosen: readonly string[]) => void
}) {
  const [search, setSearch] = useState('')
  const chains = useApi('GET /chains', {}, { staleTime: Infinity })
  const { shown, more } = offered(chains.data?.chains ?? [], chosen, search)
  const toggle = (name: string, isOn: boolean): void =>
    onChange(isOn ? [...chosen, name] : chosen.filter((one) => one !== name))
  return (
    <fieldset className={styles.chains}>
      <legend>Chains it is read on</legend>
      <label className="field">
        <span>Search by name, number or coin</span>
        <input
          type="search"
          value={search}
          onChange={({ target }) => setSearch(target.value)}
          onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
        />
      </label>
      {chains.error === null ? null : <Failure error={chains.error} />}
      <div className={styles.chainList} role="group" aria-label="Chains" tabIndex={0}>
        {shown.map(({ name, id, testnet }) => (
          <label key={name} className={styles.chain} title={id}>
            <input
              type="checkbox"
              checked={chosen.includes(name)}
              onChange={({ target }) => toggle(name, target.checked)}
            />
            {name}
            {testnet ? <span className="small soft"> test net</span> : null}
          </label>
        ))}
      </div>
      <p className="small soft" role="status">
        {chosen.length} chosen
        {more > 0 ? `; ${String(more)} more are found by their names` : ''}
      </p>
    </fieldset>
  )
}
