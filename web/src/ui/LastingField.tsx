const CHOICES = [
  ['1', 'a day'],
  ['7', '7 days'],
  ['30', '30 days'],
  ['365', 'a year'],
  ['', 'until it is revoked'],
] as const

/** How long something that was handed out is good. */
export function LastingField({
  value,
  onChange,
}: {
  readonly value: string
  readonly onChange: (value: string) => void
}) {
  return (
    <label className="field">
      <span>Good for</span>
      <select value={value} onChange={({ target }) => onChange(target.value)}>
        {CHOICES.map(([days, words]) => (
          <option key={days} value={days}>
            {words}
          </option>
        ))}
      </select>
    </label>
  )
}

/** As the API has it: null has no end. */
export const daysOf = (value: string): number | null => (value === '' ? null : Number(value))
