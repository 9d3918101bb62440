import styles from './Choice.module.css'

/** One of a few, all in sight. */
export function Choice<K extends string>({
  label,
  options,
  value,
  onChange,
}: {
  /** What is chosen, read out. */
  readonly label: string
  readonly options: readonly { readonly key: K; readonly label: string; readonly title?: string }[]
  readonly value: K
  readonly onChange: (key: K) => void
}) {
  return (
    <div className={styles.choice} role="group" aria-label={label}>
      {options.map(({ key, label: text, title }) => (
        <button
          key={key}
          type="button"
          className={styles.option}
          aria-pressed={key === value}
          title={title}
          onClick={() => onChange(key)}
        >
          {text}
        </button>
      ))}
    </div>
  )
}
