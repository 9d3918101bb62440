import type { Format, LegSpec } from '../format.ts'

const leg = (kind: LegSpec['kind']): LegSpec => ({
  kind,
  change: '{amount}',
  asset: '{asset}',
  fee: '{fee}',
  feeAsset: '{asset}',
})
const INSIDE = '/^(spot|staking|futures)(to|from)(spot|staking|futures)$/'

/** Kraken's ledgers: one row a leg, those of one `refid` are one transaction. What a fee took is in no amount. */
export const kraken: Format = {
  name: 'kraken',
  title: 'Kraken ledgers',
  header: ['txid', 'refid', 'time', 'type', 'aclass', 'asset', 'amount', 'fee', 'balance'],
  time: '{time}',
  defaultWallet: 'kraken',
  tx: '{refid}',
  ignore: ['txid', 'aclass', 'subclass', 'balance', 'wallet', 'type', 'subtype'],
  // Balances in staking and reward programmes are the asset itself.
  cutSymbol: '\\d*\\.[SMFPBT]$',
  assets: {
    XBT: 'bitcoin',
    XXBT: 'bitcoin',
    XDG: 'dogecoin',
    XXDG: 'dogecoin',
    XETH: 'ethereum',
    ETH2: 'ethereum',
    XETC: 'ethereum-classic',
    XLTC: 'litecoin',
    XXLM: 'stellar',
    XXMR: 'monero',
    XXRP: 'ripple',
    XZEC: 'zcash',
    XREP: 'augur',
    XMLN: 'melon',
    ZUSD: 'usd',
    ZEUR: 'eur',
    ZGBP: 'gbp',
    ZCAD: 'cad',
    ZJPY: 'jpy',
    ZAUD: 'aud',
    ZCHF: 'chf',
  },
  rules: [
    { when: { txid: '#empty' }, pass: 'not yet booked: it comes again with its txid' },
    {
      when: { fee: '#negative' },
      legs: [
        { kind: ['deposit', 'withdraw'], change: '{amount}', asset: '{asset}' },
        { kind: 'deposit', in: '{fee}', asset: '{asset}' },
      ],
    },
    { when: { type: ['transfer', 'staking', 'earn'], subtype: INSIDE }, pass: 'moves inside Kraken' },
    {
      when: { type: 'earn', subtype: ['allocation', 'deallocation', 'autoallocation', 'migration'] },
      pass: 'moves inside Kraken',
    },
    {
      when: { type: ['staking', 'earn', 'dividend', 'reward', 'invite bonus', 'bonus'] },
      legs: [leg(['income', 'withdraw'])],
    },
    {
      when: { type: ['trade', 'spend', 'receive', 'sale', 'settled', 'conversion'] },
      legs: [leg(['buy', 'sell'])],
    },
    {
      when: { type: ['margin', 'rollover', 'settlement', 'custody transfer'] },
      legs: [leg(['income', 'fee'])],
    },
    { when: { type: 'transfer', amount: '#negative' }, legs: [leg('lost')] },
    { when: { type: ['transfer', 'airdrop', 'fork'] }, legs: [leg('airdrop')] },
    { when: { type: 'deposit' }, legs: [leg(['deposit', 'withdraw'])] },
    { when: { type: 'withdrawal' }, legs: [leg(['deposit', 'withdraw'])] },
  ],
}
