import { expect, test } from 'vitest'
import { classify } from '#ingestion/evm/rpc/errors.ts'
import { urlSecrets } from '#core/url-secrets.ts'
import { rememberSecret, scrub } from '#scripts/cli/secrets.ts'

/** What is left of a host's words, in a refusal and in what the program prints. */
function told(url: string, message: string): string {
  const error = { status: 200, code: null, message, data: null, retryAfterMs: null, method: 'eth_call' }
  const { words } = classify(error, urlSecrets(url))
  urlSecrets(url).forEach(rememberSecret)
  expect(scrub(message)).toBe(words)
  return words
}
const basic = (pair: string): string => Buffer.from(pair).toString('base64')

test.each([
  [
    'a short key',
    'http://127.0.0.1:8545/c/Sh0rtKey9',
    'limit for key Sh0rtKey9 reached',
    'limit for key *** reached',
  ],
  ['lower letters only', 'http://h/a/abcdefghijklmnopqrstuvwx', 'no abcdefghijklmnopqrstuvwx', 'no ***'],
  ['six letters', 'http://h/rpc/sesame', 'sesame?', '***?'],
  ['a key with a word in it', 'http://h/v2/eth-sesame', 'eth-sesame?', '***?'],
  [
    'a value of the query',
    'https://h/ogrpc?network=ethereum&dkey=quietkey',
    'ethereum: quietkey',
    'ethereum: ***',
  ],
  ['a query without a name', 'https://h/?quietkey', 'bad quietkey', 'bad ***'],
  ['a value that ends in =', 'https://h/?k=cXVpZXQ=', 'bad cXVpZXQ=', 'bad ***'],
  ['an escaped key', 'https://h/v2/qu%2Fiet', 'qu%2Fiet is qu/iet', '*** is ***'],
  ['the path, where its key is too short', 'http://h/rpc/k1', 'POST /rpc/k1 failed', 'POST *** failed'],
  ['the query, where its key is too short', 'http://h/?key=k1', 'at /?key=k1', 'at ***'],
  ['the whole address', 'http://h.example/rpc/k1', 'at http://h.example/rpc/k1', 'at ***'],
  ['a password', 'http://user:SeCrEt@h', 'SeCrEt is wrong', '*** is wrong'],
  ['a password that is a word', 'http://user:mainnet@h', 'mainnet is wrong', '*** is wrong'],
  ['a key for a user', 'http://quietkey@h', 'quietkey is wrong', '*** is wrong'],
  ['a short pair', 'http://a:secre@h', 'a:secre is wrong', '*** is wrong'],
  ['a header', 'http://user:SeCrEt@h', `Basic ${basic('user:SeCrEt')}`, 'Basic ***'],
  ['a header without its end', 'http://user:SeCrEt1@h', basic('user:SeCrEt1').replace(/=+$/, ''), '***'],
  ['an escaped header', 'http://us%40er:SeC%2FrEt@h', `Basic ${basic('us@er:SeC/rEt')}`, 'Basic ***'],
])('%s that a host repeats is masked', (_, url, message, expected) => {
  expect(told(url, message)).toBe(expected)
})

test('a key that begins like another is masked whole', () => {
  expect(told('http://h/sesame/sesameopen', 'sesameopen, sesame')).toBe('***, ***')
})

test.each([
  'http://127.0.0.1:8545',
  'https://h/v2/',
  'https://h/eth-mainnet/api/v3',
  'https://h/rpc/polygon_zkevm/11155111',
  'https://h/arbitrum?network=optimism',
  'nonsense',
])('%s holds nothing that may be a key', (url) => {
  expect(urlSecrets(url)).toEqual([])
})
