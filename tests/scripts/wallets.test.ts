import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { namehash } from 'viem/ens'
import { afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { describeChain, startAnvil } from '../chain/support/anvil.ts'
import { build, documentOf, scratch, tidemark } from './support.ts'

beforeAll(build)
let place: ReturnType<typeof scratch>
beforeEach(() => (place = scratch()))
afterEach(() => place.remove())
const run = (...args: string[]) => tidemark(['wallets', ...args], { cwd: place.dir })
const file = () => join(place.dir, 'portfolio.yaml')
const written = () => readFileSync(file(), 'utf8')

/** The vectors of EIP-55. */
const VECTORS = [
  '0x52908400098527886E0F7030069857D2E4169EE7',
  '0x8617E340B3D01FA5F11F306F4090FD50E238070D',
  '0xde709f2102306220921060314715629080e2fb77',
  '0x27b1fdb04752bbc536007a920d24acb045561c26',
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
  '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
  '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
]
const A = VECTORS[4] as string
const B = VECTORS[5] as string
const C = VECTORS[6] as string

describe('wallets chains', () => {
  test('adds chains to a wallet of the file and takes some out; what makes no sense changes nothing', async () => {
    await run('add', A, '--label', 'cold')
    const added = await run('chains', 'cold', '--add', 'base', '10')
    expect([added.code, added.stdout]).toEqual([
      0,
      `cold (${A.toLowerCase()}) is read on ethereum, base, optimism now. "tidemark ingest" reads it there.\n`,
    ])
    expect(written()).toContain('chains: [ethereum, base, optimism]')
    const removed = documentOf(await run('chains', A, '--remove', 'ethereum', '--json'))
    expect(removed['wallet']).toMatchObject({ label: 'cold', chains: ['base', 'optimism'] })
    const before = written()
    for (const args of [[], ['--add', 'nowhere'], ['--remove', 'polygon'], ['--remove', 'base', 'optimism']])
      expect((await run('chains', 'cold', ...args)).code, args.join(' ')).toBe(2)
    expect((await run('chains', B, '--add', 'base')).code).toBe(2)
    expect(written()).toBe(before)
    expect((await run('add', A)).stderr).toContain('tidemark wallets chains')
  })
})

describe('help of commands that begin with one word', () => {
  test('lists them, by --help and by help; a command of its own lists what goes on from it', async () => {
    for (const args of [
      ['wallets', '--help'],
      ['help', 'wallets'],
      ['tokens', '-h'],
    ]) {
      const { code, stdout } = await tidemark(args, { cwd: place.dir })
      expect([code, stdout.split('\n')[0]]).toEqual([
        0,
        `Usage: tidemark ${args.find((word) => /^[wt]/.test(word))} [command] [options]`,
      ])
      expect(stdout).toMatch(/^ {2}(?:wallets|tokens) list {2,}/m)
      expect(stdout).not.toContain('tidemark demo')
    }
    expect((await tidemark(['flows', '--help'], { cwd: place.dir })).stdout).toMatch(
      /^ {2}flows restore {2,}/m,
    )
    expect((await tidemark(['wallets'], { cwd: place.dir })).code).toBe(2)
  })
})

describe('wallets check', () => {
  type Answer = { input: string; ok: boolean; address: string | null; reason: string | null }
  const check = async (inputs: readonly string[]): Promise<Answer[]> => {
    const { stdout } = await tidemark(['wallets', 'check', '--json', ...inputs], { cwd: place.dir })
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Answer)
  }

  test('says of an address that is nobody’s what it is', async () => {
    const zero = `0x${'0'.repeat(40)}`
    const [nobody, dead, somebody] = await check([zero, '0x000000000000000000000000000000000000dEaD', A])
    expect(nobody).toMatchObject({ ok: true, note: expect.stringContaining('zero address') as string })
    expect(dead).toMatchObject({ ok: true, note: expect.stringContaining('destroyed') as string })
    expect(somebody).not.toHaveProperty('note')
    expect((await run('check', zero)).stdout).toContain('! the zero address')
    expect((await run('add', zero)).stderr).toContain('the zero address')
  })

  test('takes the vectors of EIP-55, all-lower and all-upper letters, and spaces about them', async () => {
    const upper = `0x${A.slice(2).toUpperCase()}`
    const taken = [...VECTORS, A.toLowerCase(), upper, `${A}  `, `\t${A}`, `${A}\u00a0`]
    const answers = await check(taken)
    expect(answers.map(({ input }) => input)).toEqual(taken)
    expect(answers.slice(0, VECTORS.length)).toEqual(
      VECTORS.map((input) => ({ input, ok: true, address: input, reason: null })),
    )
    expect(answers.slice(VECTORS.length).map(({ address }) => address)).toEqual([A, A, A, A, A])
    expect(readdirSync(place.dir)).toEqual([])
  })

  test.each([
    ['one wrong letter', A.replace('A', 'a'), /checksum/],
    ['39 digits', A.slice(0, -1), /39 digits.*40/],
    ['41 digits', `${A}0`, /41 digits.*40/],
    ['no 0x', A.slice(2), /put 0x before it/],
    ['full-width digits', `0x${'\uff10'.repeat(40)}`, /only look like/],
    ['ICAP', 'XE7338O073KYGTWWZN0F2WZ0R8PX5ZPPZS', /ICAP/],
    ['an ENS name', 'name.eth', /ENS/],
    ['a letter that is no digit', `0x${'g'.repeat(40)}`, /not an EVM address/],
    ['a zero-width space', `0x\u200b${A.slice(2)}`, /\\u200b/],
    ['Bitcoin', 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq', /Bitcoin/],
    ['nothing', '', /not an EVM address/],
  ])('refuses %s, with the reason', async (_what, input, reason) => {
    const [answer] = await check([input])
    expect(answer).toMatchObject({ input, ok: false, address: null })
    expect(answer?.reason).toMatch(reason)
  })

  test('does not repeat what may be a private key', async () => {
    const key = 'ab12'.repeat(16)
    const { stdout, stderr, code } = await run('check', `0x${key}`, '--json')
    expect(code).toBe(2)
    expect(stdout + stderr).not.toContain(key.slice(0, 20))
    expect(JSON.parse(stdout)).toMatchObject({ ok: false })
  })

  test('reads one a line from stdin, in order, and needs no configuration', async () => {
    const input = `${A}\r\n\n${B.toLowerCase()}\n0x1\n${C}`
    const env = { STORAGE: 'nonsense', COINGECKO_RATE: 'x' }
    const json = await tidemark(['wallets', 'check', '--json'], { cwd: place.dir, input, env })
    const answers = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Answer)
    expect(answers.map(({ address }) => address)).toEqual([A, B, null, C])
    expect([json.code, json.stderr]).toEqual([2, ''])
    const text = await tidemark(['wallets', 'check'], { cwd: place.dir, input })
    expect(text.stdout.split('\n').map((line) => line.split(/ +/)[0])).toEqual([
      'ok',
      'ok',
      'refused',
      'ok',
      '',
    ])
    expect((await run('check', A)).code).toBe(0)
  })

  test('answers thousands', async () => {
    const input = `${VECTORS.join('\n')}\n`.repeat(1000)
    const { stdout, code } = await tidemark(['wallets', 'check', '--json'], { cwd: place.dir, input })
    expect(code).toBe(0)
    expect(stdout.trimEnd().split('\n')).toHaveLength(8000)
  })
})

describe('the first wallet of all', () => {
  test('begins a portfolio file, which only its owner reads; one that is refused begins none', async () => {
    expect((await run('add', A.slice(0, 41))).code).toBe(2)
    expect(readdirSync(place.dir)).toEqual([])
    const added = await run('add', A, '--chain', 'base', '--label', 'cold')
    expect([added.code, added.stdout]).toEqual([
      0,
      expect.stringContaining('was written and has 1 wallet now'),
    ])
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    expect(documentOf(await run('list', '--json'))).toMatchObject({
      portfolio: 'main',
      wallets: [{ address: A, label: 'cold', chains: ['base'] }],
    })
    const named = await tidemark(['wallets', 'add', B, '--portfolio', 'other.yaml'], { cwd: place.dir })
    expect([named.code, readdirSync(place.dir)]).toEqual([5, ['portfolio.yaml']])
  })
})

describe('wallets of the portfolio file', () => {
  const START = '# mine\nname: main\n\nholdings: # by hand\n  - { asset: bitcoin, quantity: 0.50 }\n'

  test('are added, listed, labelled and taken out; comments and numbers stay', async () => {
    writeFileSync(file(), START)
    chmodSync(file(), 0o640)
    const added = await run('add', A.toLowerCase(), '--label', 'cold', '--chain', 'ethereum', 'eip155:8453')
    expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining('cold') as string })
    expect((await run('add', B, C, '--chain', 'base,optimism')).code).toBe(0)
    expect(written().startsWith(START)).toBe(true)
    expect(written()).toContain(`  - address: "${A}"\n    label: "cold"\n    chains: [ethereum, base]\n`)
    expect(statSync(file()).mode & 0o777).toBe(0o640)
    expect(documentOf(await run('list', '--json'))).toMatchObject({
      portfolio: 'main',
      wallets: [
        { address: A, label: 'cold', chains: ['ethereum', 'base'], ens: null },
        { address: B, label: null, chains: ['base', 'optimism'] },
        { address: C, label: null, chains: ['base', 'optimism'] },
      ],
    })
    expect((await run('list')).stdout).toContain(B)
    expect((await run('label', B, 'hot')).code).toBe(0)
    expect((await run('label', 'cold', '--none')).code).toBe(0)
    expect((await run('remove', 'hot')).stdout).toContain(B.toLowerCase())
    const { wallets } = documentOf(await run('list', '--json')) as { wallets: object[] }
    expect(wallets).toMatchObject([{ address: A, label: null }, { address: C }])
    expect(readdirSync(place.dir)).toEqual(['portfolio.yaml'])
  })

  test('twenty and more at once', async () => {
    writeFileSync(file(), START)
    const many = Array.from({ length: 25 }, (_, at) => `0x${String(at).padStart(40, 'a')}`)
    expect((await run('add', ...many)).code).toBe(0)
    expect((documentOf(await run('list', '--json')) as { wallets: object[] }).wallets).toHaveLength(25)
  })

  test('are not added twice, nor wrong; then nothing is written', async () => {
    writeFileSync(file(), START)
    await run('add', A)
    const before = written()
    const refused = async (args: readonly string[], words: RegExp, code = 2) => {
      const ended = await run(...args)
      expect([ended.code, ended.stdout]).toEqual([code, ''])
      expect(ended.stderr).toMatch(words)
      expect(written()).toBe(before)
    }
    await refused(['add', A.toLowerCase()], /is there already/)
    await refused(['add', B, B.toLowerCase()], /is there already/)
    await refused(['add', B, `${C}0`, '0x1'], /41 digits(.|\n)*1 digit /)
    await refused(['add', B, '--chain', 'ethreum'], /did you mean "ethereum"/)
    await refused(['add', B, '--label', '0xabc'], /looks like an address/)
    await refused(['add', B, C, '--label', 'one'], /names one wallet/)
    await refused(['remove', 'nobody'], /no wallet|No wallet/)
    await refused(['remove', B], /is not in/)
    await refused(['label', A, 'in-transit'], /meaning of its own/)
    await refused(['label', A], /Give the wallet a label/)
  })

  test('a link to the file stays a link', async () => {
    writeFileSync(join(place.dir, 'real.yaml'), START)
    symlinkSync('real.yaml', file())
    expect((await run('add', A)).code).toBe(0)
    expect(readFileSync(join(place.dir, 'real.yaml'), 'utf8')).toContain(A)
    expect(readdirSync(place.dir).sort()).toEqual(['portfolio.yaml', 'real.yaml'])
  })

  test('without a file the next step is told; with a faulty one, its faults', async () => {
    const nothing = await run('list', '--json')
    expect([nothing.code, documentOf(nothing)]).toMatchObject([0, { portfolio: null, wallets: [] }])
    const none = await run('label', A, 'x', '--json')
    expect(none.code).toBe(5)
    expect(documentOf(none)).toMatchObject({
      error: { code: 'PORTFOLIO_INVALID', fix: expect.stringContaining('tidemark init') as string },
    })
    expect(existsSync(file())).toBe(false)
    writeFileSync(file(), 'name: main\nwalets: []\n')
    const faulty = await run('add', A)
    expect(faulty.stderr).toContain('portfolio.yaml:2:1')
    expect(written()).toBe('name: main\nwalets: []\n')
  })
})

/** Answers what its storage holds at the first argument: the whole of a registry, and of a resolver. */
const LOOKS_UP = '0x600435545f5260205ff3'
const REGISTRY = '0x00000000000c2e074ec69a0dfb2997ba6c7d2e1e'
const RESOLVER = `0x${'e5'.repeat(20)}`

describeChain('wallets add by an ENS name', () => {
  test('writes down the address with the name and the block; a name that stands for nothing is refused', async () => {
    const node = await startAnvil({ chainId: 1 })
    onTestFinished(() => node.stop())
    const point = (at: string, to: string) =>
      node.rpc('anvil_setStorageAt', [at, namehash('alice.eth'), `0x${to.slice(2).padStart(64, '0')}`])
    for (const place of [REGISTRY, RESOLVER]) await node.rpc('anvil_setCode', [place, LOOKS_UP])
    await point(REGISTRY, RESOLVER)
    await point(RESOLVER, A)
    await node.rpc('evm_mine')
    writeFileSync(file(), 'name: main\n')
    const env = { ETH_RPC_URL: node.url }
    const add = (name: string) =>
      tidemark(['wallets', 'add', name, '--label', 'alice', '--json'], { cwd: place.dir, env })
    expect(documentOf(await add('Alice.eth'))).toMatchObject({
      added: [{ address: A, label: 'alice', ens: { name: 'alice.eth', block: 1 } }],
    })
    expect(written()).toContain(`address: "${A}"`)
    expect(written()).toContain('ens: { name: "alice.eth", block: 1 }')
    expect((await run('remove', 'alice.eth')).code).toBe(0)
    const before = written()
    const nobody = await add('nobody.eth')
    expect(nobody.code).toBe(2)
    expect(nobody.stdout).toContain('nobody.eth')
    expect(written()).toBe(before)
    const unset = await tidemark(['wallets', 'add', 'alice.eth'], {
      cwd: place.dir,
      env: { PUBLIC_RPC: 'off' },
    })
    expect(unset.stderr).toContain('RPC_URL_1')
    expect(written()).toBe(before)
  })
})
