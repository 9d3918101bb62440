import type { Format, LegSpec, Rule } from '../format.ts'

const MOVED = { asset: '{Asset}' }
const WORTH = { value: '{Subtotal}', currency: '{Price Currency}' }
const FEE = { fee: '{Fees and/or Spread|/[\\d.,]+/}', feeAsset: '{Price Currency}' }
const CONVERTED = 'Converted [\\d.,]+ \\w+ to ([\\d.,]+) (\\w+)'

const received = (types: string | readonly string[], kind: string, more: Partial<LegSpec> = {}): Rule => ({
  when: { 'Transaction Type': types },
  legs: [{ ...MOVED, kind, in: '{Quantity Transacted}', ...more }],
})
const sent = (types: string | readonly string[], kind: string, more: Partial<LegSpec> = {}): Rule => ({
  when: { 'Transaction Type': types },
  legs: [{ ...MOVED, kind, out: '{Quantity Transacted}', ...more }],
})

/**
 * Coinbase's transaction report. Purchases are paid by card or bank as often as from a balance, so a trade is one leg
 * with its value, and the cash is not followed.
 */
export const coinbase: Format = {
  name: 'coinbase',
  title: 'Coinbase transaction report',
  header: ['Timestamp', 'Transaction Type', 'Asset', 'Quantity Transacted', 'Price Currency', 'Subtotal'],
  aliases: {
    'Spot Price Currency': 'Price Currency',
    'Spot Price at Transaction': 'Price at Transaction',
    Fees: 'Fees and/or Spread',
    'Total (inclusive of fees)': 'Total (inclusive of fees and/or spread)',
  },
  numbers: 'point',
  time: '{Timestamp}',
  defaultWallet: 'coinbase',
  cash: false,
  note: '{Notes}',
  ignore: ['ID', 'Price at Transaction', 'Total (inclusive of fees and/or spread)'],
  rules: [
    { when: { 'Quantity Transacted': '#zero' }, pass: 'quantity is 0' },
    {
      when: {
        'Transaction Type': [
          'Vault Withdrawal',
          'Cash to Savings',
          'Retail Staking Transfer',
          'Retail Unstaking Transfer',
        ],
      },
      pass: 'moves inside Coinbase',
    },
    received(['Buy', 'Advanced Trade Buy', 'Advance Trade Buy'], 'buy', { ...WORTH, ...FEE }),
    sent(['Sell', 'Advanced Trade Sell', 'Advance Trade Sell'], 'sell', { ...WORTH, ...FEE }),
    {
      when: { 'Transaction Type': 'Convert' },
      legs: [
        { ...MOVED, kind: 'sell', out: '{Quantity Transacted}', ...FEE },
        { kind: 'buy', in: `{Notes|/${CONVERTED}/1}`, asset: `{Notes|/${CONVERTED}/2}`, ...WORTH },
      ],
    },
    received(
      [
        'Coinbase Earn',
        'Learning Reward',
        'Rewards Income',
        'Reward Income',
        'Inflation Reward',
        'Staking Income',
        'Interest payout',
        'Subscription Rebate',
        'Subscription Rebates (24 Hours)',
        'Incentives Rewards Payout',
      ],
      'income',
      WORTH,
    ),
    received('Airdrop', 'airdrop', WORTH),
    {
      when: { 'Transaction Type': 'Receive', Notes: '/Coinbase (Earn|Rewards|Referral)/' },
      legs: [{ ...MOVED, kind: 'income', in: '{Quantity Transacted}', ...WORTH }],
    },
    received(['Receive', 'Deposit', 'Exchange Withdrawal', 'Pro Withdrawal'], 'deposit'),
    sent(['Send', 'Withdrawal', 'Exchange Deposit', 'Pro Deposit', 'Admin Debit'], 'withdraw'),
    sent('Donation', 'gift'),
  ],
}
