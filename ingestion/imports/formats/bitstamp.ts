import type { Format, LegSpec, Rule } from '../format.ts'

type Side = { readonly amount: string; readonly unit: string }
type Columns = { readonly amount: Side; readonly value: Side; readonly fee: Side; readonly subtype: string }

const FIRST = '/^(\\S+) \\S+/1'
const SECOND = '/^\\S+ (\\S+)/1'
const inOne = (column: string): Side => ({ amount: `{${column}|${FIRST}}`, unit: `{${column}|${SECOND}}` })
const inTwo = (column: string): Side => ({ amount: `{${column}}`, unit: `{${column} currency}` })

const OLD: Columns = {
  amount: inOne('Amount'),
  value: inOne('Value'),
  fee: inOne('Fee'),
  subtype: 'Sub Type',
}
const NEW: Columns = { amount: inTwo('Amount'), value: inTwo('Value'), fee: inTwo('Fee'), subtype: 'Subtype' }

function rules({ amount, value, fee, subtype }: Columns): Rule[] {
  const charged = { fee: fee.amount, feeAsset: fee.unit }
  const moved = (side: 'in' | 'out', kind: string): LegSpec => ({
    kind,
    [side]: amount.amount,
    asset: amount.unit,
    ...charged,
  })
  const paid = (side: 'in' | 'out', kind: string): LegSpec => ({
    kind,
    [side]: value.amount,
    asset: value.unit,
  })
  return [
    { when: { Type: 'Market', [subtype]: 'Buy' }, legs: [moved('in', 'buy'), paid('out', 'sell')] },
    { when: { Type: 'Market', [subtype]: 'Sell' }, legs: [moved('out', 'sell'), paid('in', 'buy')] },
    { when: { Type: ['Deposit', 'Ripple deposit', 'Card Deposit'] }, legs: [moved('in', 'deposit')] },
    { when: { Type: ['Withdrawal', 'Ripple payment'] }, legs: [moved('out', 'withdraw')] },
    { when: { Type: ['Staking reward', 'Referral reward'] }, legs: [moved('in', 'income')] },
    {
      when: { Type: ['Started generating rewards', 'Stopped generating rewards', 'Sub Account Transfer'] },
      pass: 'moves inside Bitstamp',
    },
  ]
}

/** Bitstamp's transactions as they are exported today: quantity and currency in columns of their own. */
export const bitstamp: Format = {
  name: 'bitstamp',
  title: 'Bitstamp transactions',
  header: [
    'ID',
    'Type',
    'Subtype',
    'Datetime',
    'Amount',
    'Amount currency',
    'Value',
    'Value currency',
    'Fee',
  ],
  time: '{Datetime}',
  defaultWallet: 'bitstamp',
  ignore: ['ID', 'Account', 'Rate', 'Rate currency', 'Order ID'],
  rules: rules(NEW),
}

/** The same as they were exported until about 2023: `0.50000000 BTC`, `Jan. 05, 2021, 09:13 AM`. */
export const bitstampOld: Format = {
  name: 'bitstamp-old',
  title: 'Bitstamp transactions (older export)',
  header: ['Type', 'Datetime', 'Account', 'Amount', 'Value', 'Rate', 'Fee', 'Sub Type'],
  time: '{Datetime}',
  timeFormat: ['MMM. DD, YYYY, hh:mm A', 'iso'],
  defaultWallet: 'bitstamp',
  ignore: ['Account', 'Rate'],
  rules: rules(OLD),
}
