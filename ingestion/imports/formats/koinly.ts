import type { Format, LegSpec, Rule, When } from '../format.ts'

const SENT: LegSpec = { kind: 'withdraw', out: '{Sent Amount}', asset: '{Sent Currency}' }
const RECEIVED: LegSpec = { kind: 'deposit', in: '{Received Amount}', asset: '{Received Currency}' }
const WORTH = { value: '{Net Worth Amount?}', currency: '{Net Worth Currency?}' }
const FEE = { fee: '{Fee Amount}', feeAsset: '{Fee Currency}' }
const ONLY_IN: When = { 'Sent Amount': ['#empty', '#zero'] }
const ONLY_OUT: When = { 'Received Amount': ['#empty', '#zero'] }

const received = (words: readonly string[], kind: string): Rule => ({
  when: { ...ONLY_IN, Label: words },
  legs: [{ ...RECEIVED, ...WORTH, ...FEE, kind }],
})
const sent = (words: readonly string[], kind: string): Rule => ({
  when: { ...ONLY_OUT, Label: words },
  legs: [{ ...SENT, ...(kind === 'fee' ? WORTH : {}), ...FEE, kind }],
})

/** Koinly's universal template. What came in without a label is a deposit without a cost: its worth is no purchase. */
export const koinly: Format = {
  name: 'koinly',
  title: 'Koinly universal template',
  header: ['Date', 'Sent Amount', 'Sent Currency', 'Received Amount', 'Received Currency', 'Fee Amount'],
  aliases: { Tag: 'Label', 'Koinly Date': 'Date' },
  time: '{Date}',
  timeFormat: ['iso', 'MM/DD/YYYY HH:mm:ss', 'MM/DD/YYYY HH:mm'],
  defaultWallet: 'koinly',
  tx: '{TxHash?}',
  note: '{Description?}',
  rules: [
    { when: { ...ONLY_IN, ...ONLY_OUT, 'Fee Amount': ['#empty', '#zero'] }, pass: 'nothing moves' },
    {
      when: { ...ONLY_IN, ...ONLY_OUT },
      legs: [{ kind: 'fee', out: '{Fee Amount}', asset: '{Fee Currency}' }],
    },
    received(['airdrop', 'fork'], 'airdrop'),
    received(
      [
        'reward',
        'mining',
        'staking',
        'income',
        'other income',
        'lending interest',
        'loan interest',
        'cashback',
        'salary',
        'royalties',
      ],
      'income',
    ),
    received(['gift', 'received gift'], 'gift'),
    sent(['gift', 'donation', 'charity'], 'gift'),
    sent(['lost', 'stolen'], 'lost'),
    sent(['cost', 'margin fee', 'loan fee', 'interest payment', 'tax'], 'fee'),
    { when: ONLY_IN, legs: [{ ...RECEIVED, ...FEE }], unread: 'Label' },
    { when: ONLY_OUT, legs: [{ ...SENT, ...FEE }], unread: 'Label' },
    {
      when: { Label: ['swap', 'liquidity in', 'liquidity out', 'wrap'] },
      legs: [
        { ...SENT, ...FEE, kind: 'convert' },
        { ...RECEIVED, kind: 'convert' },
      ],
    },
    {
      legs: [
        { ...SENT, ...FEE, kind: 'sell' },
        { ...RECEIVED, ...WORTH, kind: 'buy' },
      ],
      unread: 'Label',
    },
  ],
}
