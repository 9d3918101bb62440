import type { RefusalKind } from './errors.ts'

/** How a kind of error is told. `text` may catch a number: what is allowed. `logs`: only in an answer about logs. */
export type Pattern = {
  readonly kind: RefusalKind
  readonly text?: RegExp
  readonly codes?: readonly number[]
  readonly statuses?: readonly number[]
  readonly logs?: boolean
}

const N = String.raw`(\d[\d,_]*k?)`
const words = (...parts: string[]) => new RegExp(parts.join('|').replaceAll('#N', N), 'i')

/**
 * The first that fits decides. The order matters: a contract chooses the words of its revert; "limited to a maximum of
 * 25 requests per second" speaks of no range; "quota" and "archive" speak of plans as refused methods do.
 */
export const PATTERNS: readonly Pattern[] = [
  {
    kind: 'reverted',
    codes: [3, -32015],
    text: /^(?:execution |vm execution error: )?revert(?:ed)?\b|execution reverted/i,
  },
  {
    kind: 'failed',
    text: words(
      'out of ?gas',
      'gas required exceeds',
      'invalid (?:fe)?opcode',
      'opcode not found',
      'stack (?:over|under)flow',
      'invalid jump',
      'evm error',
      'execution (?:timeout|aborted)',
      'gas limit',
    ),
  },
  {
    kind: 'credential',
    statuses: [401],
    text: words(
      'invalid (?:api|project|access)[- ]?(?:key|id|token)',
      'must be authenticated',
      'unauthori[sz]ed',
      '(?:api|access) key (?:is )?(?:missing|disabled|not found|required)',
    ),
  },
  {
    kind: 'quota',
    statuses: [402],
    codes: [402],
    text: words(
      'payment required',
      'daily (?:request|credit|usage)',
      'monthly (?:capacity|quota|credit|usage|limit)',
      'credits? (?:are |is |have been )?(?:used up|exhausted|exceeded)',
      'out of credits',
      'quota (?:has been )?(?:exceeded|reached|exhausted)',
    ),
  },
  {
    kind: 'archive',
    codes: [4444],
    text: words(
      'missing trie node',
      'historical state',
      'pruned',
      'archive',
      'state .{0,90}is not available',
      'state (?:is )?(?:not available|unavailable)',
      'state (?:histories|history) .{0,40}(?:not|unavailable)',
      'old data not available',
      'distance to target block exceeds',
    ),
  },
  {
    kind: 'batch',
    text: words(
      'batch (?:of )?(?:more than|size|limit)[^\\d]{0,40}#N',
      'more than #N .{0,30}batch',
      '\\bbatch',
    ),
  },
  {
    kind: 'rate',
    statuses: [429],
    codes: [429, -32029],
    text: words(
      'too many requests',
      'rate[- ]?limit',
      'request rate',
      '(?:per|/) ?(?:second|sec|minute|min)\\b',
      '\\d/s\\b',
      'throughput',
      'compute units',
      '\\brps\\b',
      'exceeded (?:its|your) .{0,30}capacity',
    ),
  },
  {
    kind: 'lagging',
    text: words(
      'beyond (?:the )?(?:current )?head',
      'header not found',
      'unknown block',
      'block (?:\\S{1,66} )?not found',
      'could not find block',
      'block (?:is )?(?:not yet|in the future)',
      'block height is \\d+ but requested',
      '(?:greater|higher) than (?:the )?(?:latest|current)',
    ),
    codes: [-39001],
  },
  {
    kind: 'results',
    logs: true,
    text: words(
      'more than #N (?:results|logs)',
      'logs matched by query exceeds limit of #N',
      'exceeds? max(?:imum)? results:? #N',
    ),
  },
  { kind: 'results', logs: true, text: words('too many (?:results|logs)', 'response size') },
  // Every log of a block is what some hosts do not search for.
  {
    kind: 'unsupported',
    logs: true,
    text: words(
      '(?:specify|provide|requires?|missing|need|without) .{0,30}address',
      'address .{0,20}(?:required|missing|must be)',
    ),
  },
  {
    kind: 'range',
    logs: true,
    text: words(
      'up to (?:a |an )?#N blocks? range',
      'limited to (?:a |an )?#N (?:blocks? )?range',
      'range (?:\\d+ )?exceeds (?:the )?limit of #N',
      'max(?:imum)? (?:block |allowed )?range:? (?:is |of )?#N',
      'ranges? (?:over|greater than|above|larger than) #N blocks?',
      'maximum is set to #N',
      'range .{0,30}(?:less than|limited to|at most|up to|maximum of) #N',
    ),
  },
  {
    kind: 'range',
    logs: true,
    codes: [-32062, -32614, -32701],
    text: words('block range', 'range (?:is )?too (?:wide|large|big)', 'too many blocks', 'range limit'),
  },
  // Public nodes of BSC say no more than this, of logs and of rates alike.
  { kind: 'range', logs: true, text: /^limit exceeded\.?$/i },
  { kind: 'rate', text: /^limit exceeded\.?$/i },
  {
    kind: 'unsupported',
    codes: [-32601, -32004],
    text: words(
      'method .{0,60}(?:not found|not supported|does not exist|not available|not whitelisted|disabled|not allowed)',
      'unsupported method',
      '(?:not (?:available|supported|allowed|included)|only available|requires?|upgrade) .{0,60}(?:plan|tier|paid|subscription)',
    ),
  },
  {
    kind: 'size',
    statuses: [413],
    text: words(
      'time(?:d)?[- ]?out',
      'took too long',
      'deadline exceeded',
      'too (?:large|big)',
      'response (?:size|body|is)',
      'body (?:size|limit)',
    ),
  },
]
