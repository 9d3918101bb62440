import type { Format, LegSpec, Rule } from '../format.ts'

const PAID = { price: '{unitPrice}', currency: '{currency}', fee: '{fee}', feeAsset: '{currency}' }

const both = (type: string, leg: (asset: string) => LegSpec): Rule[] => [
  { when: { type, dataSource: 'COINGECKO' }, legs: [leg('id:{symbol}')] },
  { when: { type }, legs: [leg('{symbol}')] },
]

/** Ghostfolio's activities as JSON. Cash is no holding there: a purchase has its price and no other side. */
export const ghostfolio: Format = {
  name: 'ghostfolio',
  title: 'Ghostfolio activities (JSON)',
  list: 'activities',
  header: ['date', 'type', 'symbol', 'quantity', 'unitPrice', 'currency', 'dataSource'],
  time: '{date}',
  wallet: '{accountName?} ?? {accountId?}',
  defaultWallet: 'ghostfolio',
  cash: false,
  note: '{comment?}',
  ignore: ['id', 'tags', 'createdAt', 'updatedAt', 'isDraft'],
  rules: [
    {
      when: { type: ['DIVIDEND', 'INTEREST', 'LIABILITY', 'ITEM', 'VALUABLE'] },
      pass: 'no change of a quantity',
    },
    { when: { type: 'FEE' }, legs: [{ kind: 'fee', out: '{fee?} ?? {unitPrice}', asset: '{currency}' }] },
    { when: { quantity: '#zero' }, pass: 'quantity is 0' },
    ...both('BUY', (asset) => ({ kind: 'buy', in: '{quantity}', asset, ...PAID })),
    ...both('SELL', (asset) => ({ kind: 'sell', out: '{quantity}', asset, ...PAID })),
  ],
}
