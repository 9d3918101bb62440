import { usePortfolio } from '../shell/portfolio.ts'

/** Which portfolio the page shows; only there where somebody has more than one. */
export function PortfolioPicker() {
  const { name, all, choose } = usePortfolio()
  if (name === null) return null
  if (all.length === 1) return <strong>{name}</strong>
  return (
    <select aria-label="Portfolio" value={name} onChange={({ target }) => choose(target.value)}>
      {all.map((portfolio) => (
        <option key={portfolio.name}>{portfolio.name}</option>
      ))}
    </select>
  )
}
