import type { Format, LegSpec, Rule } from '../format.ts'

const leg = (side: 'in' | 'out', kind: string): LegSpec => ({ [side]: '{amount}', asset: '{asset}', kind })

const rule = (
  type: string | readonly string[],
  subtype: string | readonly string[],
  side: 'in' | 'out',
  kind: string,
): Rule => ({
  when: { event_type: type, event_subtype: subtype },
  legs: [leg(side, kind)],
})
const NONE = ['#empty', 'none']

/** rotki's history events as CSV: one row a leg; the legs of one event share its identifier. */
export const rotki: Format = {
  name: 'rotki',
  title: 'rotki history events',
  header: ['timestamp', 'event_identifier', 'event_type', 'event_subtype', 'asset', 'amount'],
  aliases: { balance_amount: 'amount', group_identifier: 'event_identifier', user_notes: 'notes' },
  time: '{timestamp}',
  timeFormat: ['iso', 'DD/MM/YYYY HH:mm:ss'],
  wallet: '{location_label?}',
  defaultWallet: 'rotki',
  // A hash groups the legs that one's other sources know too; events elsewhere have rotki's own identifier.
  tx: '{tx_hash?} ?? {tx_ref?} ?? {event_identifier}',
  note: '{notes?}',
  ignore: [
    'identifier',
    'entry_type',
    'sequence_index',
    'asset_symbol',
    'usd_value',
    'balance_usd_value',
    'fiat_value',
    'direction',
  ],
  rules: [
    {
      when: { event_type: ['informational', 'deploy', 'renew', 'fail'], event_subtype: NONE },
      pass: 'informational',
    },
    { when: { event_type: 'informational' }, pass: 'informational' },
    { when: { amount: '#zero' }, pass: 'quantity is 0' },
    // At an exchange a deposit comes in; on a chain it goes into a contract.
    { when: { entry_type: '/asset movement/', event_subtype: 'fee' }, legs: [leg('out', 'fee')] },
    { when: { entry_type: '/asset movement/', event_type: 'deposit' }, legs: [leg('in', 'deposit')] },
    { when: { entry_type: '/asset movement/', event_type: 'withdrawal' }, legs: [leg('out', 'withdraw')] },
    { when: { event_subtype: 'fee', counterparty: 'gas' }, legs: [leg('out', 'gas')] },
    { when: { event_subtype: 'fee' }, legs: [leg('out', 'fee')] },
    rule('fail', '/./', 'out', 'gas'),
    rule(['trade', 'swap', 'multi trade'], 'spend', 'out', 'sell'),
    rule(['trade', 'swap', 'multi trade'], 'receive', 'in', 'buy'),
    rule(['migrate', 'adjustment'], 'spend', 'out', 'convert'),
    rule(['migrate', 'adjustment'], 'receive', 'in', 'convert'),
    rule('/./', ['return wrapped'], 'out', 'convert'),
    rule('/./', ['receive wrapped'], 'in', 'convert'),
    rule('deposit', 'deposit for wrapped', 'out', 'convert'),
    rule('withdrawal', 'redeem wrapped', 'in', 'convert'),
    rule('/./', ['airdrop'], 'in', 'airdrop'),
    rule(
      '/./',
      ['reward', 'mev reward', 'block production', 'interest', 'payment received', 'grant'],
      'in',
      'income',
    ),
    rule('receive', 'donate', 'in', 'gift'),
    rule('spend', 'donate', 'out', 'gift'),
    rule('receive', '/.*/', 'in', 'deposit'),
    rule(['spend', 'burn'], 'liquidate', 'out', 'lost'),
    rule(['spend', 'burn', 'loss'], '/.*/', 'out', 'withdraw'),
    rule(['staking', 'deposit'], 'deposit asset', 'out', 'withdraw'),
    rule(['staking', 'withdrawal'], 'remove asset', 'in', 'deposit'),
    rule('deposit', ['bridge', ...NONE, 'spend'], 'out', 'withdraw'),
    rule('withdrawal', ['bridge', ...NONE, 'receive'], 'in', 'deposit'),
  ],
}
