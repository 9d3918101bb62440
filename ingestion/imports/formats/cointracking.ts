import type { Format, LegSpec, Rule } from '../format.ts'

const BOUGHT: LegSpec = { kind: 'deposit', in: '{Buy}', asset: '{Cur.}' }
const SOLD: LegSpec = { kind: 'withdraw', out: '{Sell}', asset: '{Cur.#2}' }
const FEE = { fee: '{Fee}', feeAsset: '{Cur.#3}' }

const received = (words: readonly string[], kind: string): Rule => ({
  when: { Type: words, Buy: '#filled' },
  legs: [{ ...BOUGHT, ...FEE, kind }],
})
const spent = (words: readonly string[], kind: string): Rule => ({
  when: { Type: words, Sell: '#filled' },
  legs: [{ ...SOLD, ...FEE, kind }],
})

/** CoinTracking's trade table as CSV. Its three currency columns share one name; its times are of the account's zone. */
export const cointracking: Format = {
  name: 'cointracking',
  title: 'CoinTracking trade table',
  header: ['Type', 'Buy', 'Cur.', 'Sell', 'Cur.#2', 'Fee', 'Cur.#3', 'Exchange', 'Date'],
  aliases: {
    'Buy Amount': 'Buy',
    'Buy Currency': 'Cur.',
    'Buy Cur.': 'Cur.',
    'Sell Amount': 'Sell',
    'Sell Currency': 'Cur.#2',
    'Sell Cur.': 'Cur.#2',
    'Fee Amount': 'Fee',
    'Fee Currency': 'Cur.#3',
    'Fee Cur.': 'Cur.#3',
    'Trade Date': 'Date',
    'Trade-Group': 'Group',
    'Tx ID': 'Tx-ID',
    TxID: 'Tx-ID',
  },
  time: '{Date}',
  timeFormat: ['DD.MM.YYYY HH:mm:ss', 'DD.MM.YYYY HH:mm', 'iso'],
  wallet: '{Exchange}',
  defaultWallet: 'cointracking',
  tx: '{Tx-ID?}',
  note: '{Comment?}',
  rules: [
    {
      when: { Type: ['Trade', 'Margin Trade', 'Derivatives / Futures Trade'] },
      legs: [
        { ...SOLD, kind: 'sell' },
        { ...BOUGHT, ...FEE, kind: 'buy' },
      ],
    },
    {
      when: {
        Type: [
          'Swap (non taxable)',
          'Liquidity In',
          'Liquidity Out',
          'Provide Liquidity',
          'Remove Liquidity',
        ],
      },
      legs: [
        { ...SOLD, kind: 'convert' },
        { ...BOUGHT, ...FEE, kind: 'convert' },
      ],
    },
    received(['Deposit', 'Receive', 'Income (non taxable)', 'Receive Loan', 'Borrow'], 'deposit'),
    received(['Airdrop', 'Airdrop (non taxable)', 'Hard Fork', 'Fork'], 'airdrop'),
    received(['Gift/Tip', 'Gift / Tip', 'Gift/Tip(In)', 'Gift'], 'gift'),
    received(
      [
        'Income',
        'Reward / Bonus',
        'Reward/Bonus',
        'Staking',
        'Mining',
        'Mining (commercial)',
        'Masternode',
        'Minting',
        'Dividends Income',
        'Interest Income',
        'Lending Income',
        'LP Rewards',
        'Other Income',
        'Margin Profit',
        'Derivatives / Futures Profit',
      ],
      'income',
    ),
    spent(
      ['Withdrawal', 'Send', 'Spend', 'Expense (non taxable)', 'Repay Loan', 'Other Expense'],
      'withdraw',
    ),
    spent(['Gift', 'Donation', 'Gift/Tip(Out)'], 'gift'),
    spent(['Lost', 'Stolen', 'Stolen / Hacked / Fraud', 'Stolen/Hacked/Fraud'], 'lost'),
    spent(
      [
        'Other Fee',
        'Borrowing Fee',
        'Settlement Fee',
        'Margin Fee',
        'Margin Loss',
        'Derivatives / Futures Loss',
      ],
      'fee',
    ),
  ],
}
