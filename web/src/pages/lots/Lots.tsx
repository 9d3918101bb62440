export function Lots() {
  return <h1>Trades and lots</h1>
}
