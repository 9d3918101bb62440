export function Pnl() {
  return <h1>PnL</h1>
}
