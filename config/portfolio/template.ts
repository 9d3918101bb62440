/** The portfolio file that `init` writes: valid as it stands, with sample holdings to replace. */
export function portfolioTemplate(): string {
  return `# A portfolio of tidemark. Replace the samples, then run: tidemark ingest && tidemark pnl
name: main

# Currency of all values: an ISO code (usd, eur, chf, ...), btc or eth.
baseCurrency: usd

# Wallets to read, each an EVM address with its chains: from a node of the chain (RPC_URL_1, RPC_URL_8453, … or one that
# anybody may ask), or through Allium (ALLIUM_API_KEY). "tidemark wallets add" enters them; flows.csv may use a label.
# wallets:
#   - address: "0x0000000000000000000000000000000000000000"
#     label: hot
#     chains: [ethereum, base]

# What you hold elsewhere (an exchange, Bitcoin, Solana), entered by hand. Assets are CoinGecko ids, as
# "tidemark coins" lists them. Quantities may be negative (short).
#   unitCost   what one unit cost in the base currency, where you know it
#   since      from when it is held; without it, through the whole range
holdings:
  - { asset: bitcoin, quantity: "0.5", unitCost: "41000" }
  - { asset: ethereum, quantity: "4.25" }

# Buys, sells, deposits and more, one a line, relative to this file. Needed columns: time,asset,quantity,kind
# flows: flows.csv
`
}
