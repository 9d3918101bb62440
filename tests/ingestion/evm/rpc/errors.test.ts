import { describe, expect, test } from 'vitest'
import { classify, type RefusalKind } from '#ingestion/evm/rpc/errors.ts'

type Row = readonly [what: string, method: string, status: number, code: number | null, message: string]

function classified([, method, status, code, message]: Row, data: unknown = null) {
  return classify({ status, code, message, data, retryAfterMs: null, method })
}

const LOGS = 'eth_getLogs'
const CALL = 'eth_call'

describe('blocks of one request', () => {
  const rows: readonly (readonly [Row, number | null, readonly [number, number] | null])[] = [
    [
      [
        'Alchemy free',
        LOGS,
        400,
        -32600,
        'Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range. Based on your parameters, this block range should work: [0x1704941, 0x170494a]. Upgrade to PAYG for expanded block range.',
      ],
      10,
      [0x1704941, 0x170494a],
    ],
    [['Infura', LOGS, 200, -32602, 'range 20000 exceeds limit of 10000'], 10_000, null],
    [['QuickNode', LOGS, 413, -32614, 'eth_getLogs is limited to a 10,000 range'], 10_000, null],
    [['QuickNode free', LOGS, 413, -32614, 'eth_getLogs is limited to a 5 range'], 5, null],
    [['publicnode', LOGS, 200, -32701, 'exceed maximum block range: 50000'], 50_000, null],
    [['Ankr', LOGS, 200, -32600, 'block range is too wide'], null, null],
    [['dRPC', LOGS, 200, 35, 'ranges over 10000 blocks are not supported on freetier'], 10_000, null],
    [['Chainstack', LOGS, 200, -32602, 'Block range limit exceeded.'], null, null],
    [['Cloudflare', LOGS, 200, -32047, 'Max range: 800'], 800, null],
    [['BSC', LOGS, 200, -32000, 'exceed maximum block range: 5000'], 5_000, null],
    [['BSC, public', LOGS, 200, -32005, 'limit exceeded'], null, null],
    [['others', LOGS, 200, -32062, 'range too large'], null, null],
    [
      ['others', LOGS, 200, -32000, 'eth_getLogs and eth_newFilter are limited to a 2,000 blocks range'],
      2_000,
      null,
    ],
    [['others', LOGS, 200, -32000, 'requested too many blocks'], null, null],
    [
      ['Avalanche', LOGS, 200, -32000, 'requested too many blocks from 0 to 9999, maximum is set to 2048'],
      2_048,
      null,
    ],
    [['a code alone', LOGS, 200, -32701, ''], null, null],
  ]
  test.each(rows)('%j', (row, most, suggested) => {
    const { kind, ...found } = classified(row)
    expect([kind, found.most]).toEqual(['range', most])
    expect(found.suggested).toEqual(suggested && { from: suggested[0], to: suggested[1] })
  })
})

describe('results of one answer', () => {
  const rows: readonly (readonly [Row, unknown, number | null, readonly [number, number] | null])[] = [
    [
      [
        'Infura',
        LOGS,
        200,
        -32005,
        'query returned more than 10000 results. Try with this block range [0x1704941, 0x1704A00].',
      ],
      { from: '0x1704941', limit: 10000, to: '0x1704A00' },
      10_000,
      [0x1704941, 0x1704a00],
    ],
    [
      ['Infura, data alone', LOGS, 200, -32005, 'query returned more than 10000 results'],
      { from: '0x10', limit: 10000, to: '0x20' },
      10_000,
      [16, 32],
    ],
    [
      [
        'Alchemy',
        LOGS,
        200,
        -32602,
        'Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range and no limit on the response size, or you can request any block range with a cap of 10K logs in the response. Based on your parameters and the response size limit, this block range should work: [0x0, 0x7cf]',
      ],
      null,
      null,
      [0, 1_999],
    ],
    [['geth', LOGS, 200, -32000, 'query returned more than 20000 results'], null, 20_000, null],
    [['others', LOGS, 200, -32005, 'logs matched by query exceeds limit of 10000'], null, 10_000, null],
    [['nonsense in brackets', LOGS, 200, -32005, 'too many results [0x20,0x10]'], null, null, null],
  ]
  test.each(rows)('%j', (row, data, most, suggested) => {
    const { kind, ...found } = classified(row, data)
    expect([kind, found.most]).toEqual(['results', most])
    expect(found.suggested).toEqual(suggested && { from: suggested[0], to: suggested[1] })
  })
})

/** `foreign` is in no words: it is found by looking at an answer. */
const rows: Record<Exclude<RefusalKind, 'range' | 'results' | 'foreign'>, readonly Row[]> = {
  rate: [
    ['speaks of no range', LOGS, 200, -32005, 'You are limited to a maximum of 25 requests per second'],
    ['Alchemy', CALL, 429, 429, 'Your app has exceeded its compute units per second capacity.'],
    [
      'QuickNode',
      CALL,
      429,
      429,
      'The requests per second (RPS) of your requests are higher than your plan allows.',
    ],
    ['QuickNode', LOGS, 200, -32007, '50/second request limit reached - reduce calls per second'],
    ['Infura', CALL, 200, -32005, 'project ID request rate exceeded'],
    ['429 inside 200', CALL, 200, 429, 'Too Many Requests'],
    ['a page', CALL, 429, null, ''],
    ['plain text', CALL, 429, null, 'rate limited'],
    ['not about logs', CALL, 200, -32005, 'limit exceeded'],
  ],
  quota: [
    ['Infura', CALL, 402, 402, 'Payment Required'],
    ['Infura, before', CALL, 429, -32005, 'daily request count exceeded, request rate limited'],
    ['Alchemy', CALL, 429, 429, 'Monthly capacity limit exceeded. Visit the dashboard to upgrade your plan.'],
    ['words', CALL, 200, -32000, 'your quota has been exceeded'],
  ],
  archive: [
    ['geth', CALL, 200, -32000, 'missing trie node 5b1c6a (path 0a0b) state 0x5b1c6a is not available'],
    ['geth', CALL, 200, -32000, 'required historical state unavailable (reexec=128)'],
    ['geth', CALL, 200, -32000, 'state 0x5b1c6a1d is not available'],
    ['erigon', CALL, 200, -32000, 'state at block #1000 is pruned'],
    ['geth, path scheme', CALL, 200, -32000, 'historical state 5b1c6a1d is not available'],
    ['reth', CALL, 200, 4444, 'pruned history unavailable'],
    [
      'publicnode',
      LOGS,
      403,
      -32602,
      'Archive requests require a personal token. Get one at https://www.allnodes.com/publicnode',
    ],
  ],
  unsupported: [
    ['code', 'trace_block', 200, -32601, 'Method not found'],
    ['geth', 'trace_block', 200, -32601, 'the method trace_block does not exist/is not available'],
    ['code -32004', 'trace_block', 200, -32004, 'Method not supported'],
    ['whitelist', 'debug_traceTransaction', 403, -32000, 'method debug_traceTransaction is not whitelisted'],
    [
      'needs an address',
      LOGS,
      200,
      -32701,
      'Please, specify an address in your request or, to remove restrictions, order a dedicated full node',
    ],
    ['plan', 'trace_block', 403, -32600, 'trace_block is not available on the Free tier'],
  ],
  batch: [
    ['Ankr', LOGS, 200, -32600, 'Too many ["eth_getLogs"] methods in the batch'],
    ['refused', CALL, 200, -32600, 'batch requests are not supported'],
    ['too long', CALL, 413, -32600, 'batch size too large'],
  ],
  size: [
    ['time', LOGS, 200, -32000, 'query timeout exceeded'],
    ['QuickNode, a page', LOGS, 413, null, ''],
    ['geth', CALL, 200, -32003, 'response too large'],
  ],
  lagging: [
    ['new geth', LOGS, 200, -32602, 'block range extends beyond current head block'],
    ['also plain lag', CALL, 200, -32000, 'header not found'],
    ['tag', 'eth_getBlockByNumber', 200, -39001, 'Unknown block'],
    ['anvil', CALL, 200, -32602, 'BlockOutOfRangeError: block height is 201 but requested was 4096'],
    ['nethermind', CALL, 200, -32001, 'Block not found'],
  ],
  reverted: [
    ['geth', CALL, 200, 3, 'execution reverted: ERC20: no'],
    [
      'whose words are the contract’s',
      LOGS,
      200,
      3,
      'execution reverted: block range too wide, 429, archive',
    ],
    ['without a code', CALL, 200, -32000, 'execution reverted'],
    ['OpenEthereum', CALL, 200, -32015, 'VM execution error.'],
  ],
  failed: [
    ['gas', CALL, 200, -32000, 'out of gas'],
    ['gas', CALL, 200, -32000, 'gas required exceeds allowance (50000000)'],
    ['anvil', CALL, 200, -32603, 'EVM error OutOfGas'],
    ['time within a call', CALL, 200, -32000, 'execution aborted (timeout = 5s)'],
    ['invalid request', CALL, 200, -32600, 'Invalid Request'],
    ['bad parameters', CALL, 200, -32602, 'invalid argument 0: hex string has length 41'],
    ['parse', CALL, 200, -32700, 'Parse error'],
  ],
  credential: [
    ['status', CALL, 401, null, ''],
    ['Alchemy', CALL, 401, -32600, 'Must be authenticated!'],
    ['Infura', CALL, 200, -32002, 'invalid project id'],
  ],
  closed: [
    ['allow-list', CALL, 403, null, ''],
    ['wrong path', CALL, 404, null, 'Not Found'],
    ['elsewhere', CALL, 301, null, ''],
  ],
  internal: [
    ['code', CALL, 200, -32603, 'Internal error'],
    ['generic', CALL, 200, -32000, 'something else'],
  ],
  malformed: [['no error at all', CALL, 400, null, '']],
  slow: [],
  dead: [
    ['status', CALL, 500, null, ''],
    ['bad gateway', CALL, 502, null, ''],
    ['an error in JSON', CALL, 503, -32603, 'upstream failed'],
  ],
}

describe.each(Object.entries(rows).filter(([, list]) => list.length > 0))('%s', (kind, list) => {
  test.each(list)('%s: %s, %d %s %s', (...row) => {
    expect(classified(row).kind).toBe(kind)
  })
})

test('a refusal repeats the node’s words fit to print, and no key in them', () => {
  const error = {
    status: 401,
    code: -32000,
    message: 'key SECRETKEY1 is\u0007wrong\nreally',
    data: null,
    retryAfterMs: 1_000,
    method: CALL,
  }
  const { words, retryAfterMs } = classify(error, ['SECRETKEY1'])
  expect([words, retryAfterMs]).toEqual(['key *** is wrong really (-32000)', 1_000])
})
