import type { Format, LegSpec, Rule } from '../format.ts'

const leg = (kind: LegSpec['kind']): LegSpec => ({ kind, change: '{Change}', asset: '{Coin}' })
const rule = (kind: LegSpec['kind'], operations: string | readonly string[], tx?: string): Rule => ({
  when: { Operation: operations },
  legs: [leg(kind)],
  tx,
})
// Rows have no number of their own: what one account traded in one second is one exchange.
const TRADE = 'trade {User_ID} {Account} {UTC_Time}'
const SWAP = 'swap {User_ID} {Account} {UTC_Time} {Operation}'

/** Binance's transaction history (statement): one row a leg; legs of one second, account and group are one exchange. */
export const binance: Format = {
  name: 'binance',
  title: 'Binance transaction history',
  header: ['UTC_Time', 'Account', 'Operation', 'Coin', 'Change'],
  aliases: { Time: 'UTC_Time', 'User ID': 'User_ID' },
  time: '{UTC_Time}',
  timeFormat: ['iso', 'YY-MM-DD HH:mm:ss'],
  defaultWallet: 'binance',
  note: '{Remark?}',
  ignore: ['User_ID', 'Account'],
  rules: [
    { when: { Change: '#zero' }, pass: 'quantity is 0' },
    {
      when: {
        Operation: [
          'transfer_out',
          'transfer_in',
          '/^Transfer Between .* Account/',
          '/^(POS )?savings (purchase|principal redemption|redemption)$/',
          '/^Staking (Purchase|Redemption)$/',
          '/^Simple Earn (Locked|Flexible) (Subscription|Redemption)$/',
          '/^Launchp(ad|ool) Subscri(be|ption.*)$/',
        ],
      },
      pass: 'moves inside Binance',
    },
    rule(['buy', 'sell'], ['Buy', 'Sell', '/^Transaction (Related|Buy|Spend|Sold|Revenue)$/'], TRADE),
    rule(['deposit', 'fee'], ['Fee', 'Transaction Fee'], TRADE),
    rule(
      ['buy', 'sell'],
      [
        'Binance Convert',
        'Large OTC trading',
        '/^Small assets exchange BNB$/',
        '/^(Asset Conversion Transfer|Futures Convert)$/',
        '/^Liquid Swap Sell$/',
      ],
      SWAP,
    ),
    rule(
      ['convert', 'convert'],
      [
        '/^ETH 2\\.0 Staking$/',
        '/^Stablecoins Auto-Conversion$/',
        '/^Token Swap - /',
        'Leverage Token Redemption',
        '/^(Liquid Swap|Liquidity Farming) (Add|Remove)/',
      ],
      SWAP,
    ),
    rule(
      ['airdrop', 'withdraw'],
      ['Airdrop Assets', 'Distribution', 'Cash Voucher distribution', '/airdrop/', 'Campaign Related Reward'],
    ),
    rule(
      ['income', 'fee'],
      [
        '/interest$/',
        '/rewards?$/',
        '/distribution$/',
        '/rebates?$/',
        '/Commission/',
        '/Referral/',
        'Super BNB Mining',
        'Launchpool Earnings Withdrawal',
        'Funding Fee',
        '/^Reali[sz]ed? profit and loss$/',
        'Insurance Fund Compensation',
      ],
    ),
    rule(
      ['deposit', 'withdraw'],
      [
        'Deposit',
        'Fiat Deposit',
        'Withdraw',
        'Fiat Withdraw',
        'Fiat Withdrawal',
        'Send',
        'Receive',
        'P2P Trading',
        '/loan/',
        '/repayment$/',
        'Asset Recovery',
        'Buy Crypto',
        'Fiat OCBS - Add Fiat and Fees',
      ],
    ),
  ],
}
