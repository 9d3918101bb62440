import { readAddress } from '#core/address.ts'
import type { Portfolio, Wallet } from '#core/portfolio.ts'
import { quoted } from '#core/reading.ts'
import type { EvmChain, Hex } from '#ingestion/evm/types.ts'
import type { BalanceWallet } from '#pipeline/chain/balances.ts'
import { usage } from '../../cli/values.ts'
import type { Chains } from '../../wiring/chains.ts'
import { lookUpName } from '../../wiring/ens.ts'

type Asked = { readonly wallet?: readonly string[]; readonly chain?: readonly string[] }

/**
 * Which wallets on which chains: those named, else all of the portfolio; on the chains named, else each on its own.
 * @throws TidemarkError USAGE for what is no wallet or has no chain, INPUT_INVALID for what is no chain
 */
export async function selectWallets(
  asked: Asked,
  portfolio: Portfolio | null,
  chains: Chains,
  signal: AbortSignal,
): Promise<BalanceWallet[]> {
  const named = asked.chain === undefined ? null : unique(asked.chain.map(chains.chain))
  const wallets = portfolio?.wallets ?? []
  if (asked.wallet === undefined) {
    if (wallets.length === 0)
      throw usage('There is no wallet to read.', 'Name one with --wallet, or add it: "tidemark wallets add".')
    return wallets.map((wallet) => onChains(wallet.address as Hex, named ?? wallet.chains.map(chains.chain)))
  }
  const selected = new Map<string, BalanceWallet>()
  for (const text of asked.wallet) {
    const known = byName(wallets, text)
    const address = known?.address ?? (await addressOf(text, chains, signal))
    const own = known ?? wallets.find((wallet) => wallet.address === address)
    const on = named ?? own?.chains.map(chains.chain)
    if (on === undefined)
      throw usage(
        `${quoted(text)} is not in the portfolio, so its chains are not known.`,
        'Name them with --chain.',
      )
    selected.set(address, onChains(address as Hex, on))
  }
  return [...selected.values()]
}

const onChains = (address: Hex, chains: readonly EvmChain[]): BalanceWallet => ({
  address,
  chains: unique(chains),
})

const unique = (chains: readonly EvmChain[]): EvmChain[] => [
  ...new Map(chains.map((chain) => [chain.chainId, chain])).values(),
]

function byName(wallets: readonly Wallet[], text: string): Wallet | undefined {
  return wallets.find(({ label }) => label !== null && label.toLowerCase() === text.toLowerCase())
}

async function addressOf(text: string, chains: Chains, signal: AbortSignal): Promise<string> {
  if (!/^0x/i.test(text) && text.includes('.')) return (await lookUpName(chains, text, signal)).address
  const { value, fault } = readAddress(text)
  if (value !== null) return value
  throw usage(
    `--wallet: ${fault}.`,
    'Give an address (0x…), an ENS name, or the label of a wallet of the portfolio.',
  )
}
