import { useId, type ReactNode } from 'react'
import styles from './Settings.module.css'

/** One of a few, each with words that want room. */
export function RadioGroup<K extends string>({
  label,
  options,
  value,
  onChange,
}: {
  readonly label: string
  readonly options: readonly { readonly key: K; readonly label: ReactNode }[]
  readonly value: K
  readonly onChange: (key: K) => void
}) {
  const name = useId()
  return (
    <fieldset className={styles.radios}>
      <legend className="soft small">{label}</legend>
      {options.map(({ key, label: text }) => (
        <label key={key} className={styles.radio}>
          <input
            type="radio"
            {...{ name, value: key }}
            checked={key === value}
            onChange={() => onChange(key)}
          />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  )
}
