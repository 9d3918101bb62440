import { describe, expect, test } from 'vitest'
import type { TidemarkError } from '#core/errors.ts'
import { readMapping } from '#ingestion/imports/mapping.ts'
import { NumberReader } from '#ingestion/imports/number.ts'
import { readText, told } from './support.ts'

const HEAD =
  'Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Label,Description,TxHash'
const ROW = '2024-01-01 10:00 UTC,,,1,BTC,,,,,'

async function refused(text: string | Buffer, options = {}): Promise<TidemarkError> {
  try {
    await readText(text, options)
  } catch (error) {
    return error as TidemarkError
  }
  throw new Error('was taken')
}

describe('bad input is refused with its line, or right', () => {
  test('a byte order mark, CRLF, empty lines, quotes in quotes', async () => {
    const text = `\ufeff${HEAD}\r\n\r\n${ROW.replace(/,,$/, ',"he said ""hi, you""",')}\r\n`
    const { flows } = await readText(text)
    expect(flows.map((flow) => [told(flow), flow.line, flow.note])).toEqual([
      ['2024-01-01T10:00 deposit 1 bitcoin in koinly', 3, 'he said "hi, you"'],
    ])
  })

  test('a row with fewer fields than the header is a fault with its line, never read as if they were empty', async () => {
    const error = await refused(`${HEAD}\n${ROW}\n2024-01-02 10:00 UTC,,,1,BTC\n`)
    expect(error.faults).toEqual([expect.stringMatching(/^f\.csv:3: has 5 fields, the header 10: /)])
    const { flows, opened } = await readText(`${HEAD}\n${ROW}\n2024-01-02 10:00 UTC,,,1,BTC\n`, {
      skipBad: true,
    })
    expect([flows.length, opened.report.faulty]).toEqual([1, 1])
  })

  test("a label that Koinly's rules make nothing of is kept in the note, and counted", async () => {
    const labelled = (label: string) => ROW.replace(/,,,,,$/, `,,,${label},,`)
    const { flows, opened } = await readText(
      [HEAD, labelled('my own'), labelled(''), labelled('mining'), labelled('my own')].join('\n'),
    )
    expect(flows.map(({ kind, note }) => `${kind} ${note}`.trim())).toEqual([
      'deposit Label: my own',
      'deposit',
      'income',
      'deposit Label: my own',
    ])
    expect([...opened.report.unread.values()]).toEqual([{ column: 'Label', word: 'my own', count: 2 }])
  })

  test('semicolons with decimal commas', async () => {
    const text = `${HEAD.replaceAll(',', ';')}\n2024-01-01 10:00 UTC;1.234,5;EUR;0,25;BTC;;;;;\n`
    const { flows } = await readText(text)
    expect(flows.map(({ quantity }) => quantity)).toEqual(['-1234.5', '0.25'])
  })

  test('decimal commas and points in one file: the second kind is refused with its line', async () => {
    const text = `${HEAD.replaceAll(',', ';')}\n2024-01-01 10:00 UTC;;;0,5;BTC;;;;;\n2024-01-01 11:00 UTC;;;1.25;BTC;;;;;\n`
    const error = await refused(text)
    expect(error.code).toBe('INPUT_INVALID')
    expect(error.faults).toHaveLength(1)
    expect(error.faults[0]).toMatch(/^f\.csv:3 quantity: "1\.25": the point is a decimal comma or separates/)
  })

  test.each([
    ['auto', ',', '1,234.5', '1234.5'],
    ['auto', ',', '1,234', null],
    ['auto', ',', '1,234,567', '1234567'],
    ['auto', ';', '1.234,5', '1234.5'],
    ['auto', ';', '0,5', '0.5'],
    ['point', ',', '$1,234', '1234'],
    ['comma', ',', '1.234', '1234'],
    ['comma', ',', '1,5', '1.5'],
    ['auto', ',', '-\u20ac 5', '-5'],
    ['auto', ',', '1 234.5', '1234.5'],
    ['auto', ',', "1'234.5", '1234.5'],
    ['auto', ',', '1.211309E-12', '0.000000000001211309'],
    ['auto', ',', '1e400', null],
    ['auto', ',', '1.2.3', null],
    ['auto', ',', '12,34.5', null],
    ['auto', ',', '=1+1', null],
    ['auto', ',', '', null],
  ] as const)('numbers %s in a file with "%s": %s is %s', (mode, delimiter, text, value) => {
    expect(new NumberReader(mode, delimiter).read(text).value).toBe(value)
  })

  test('every row that is not understood is listed; nothing is taken but with skipBad', async () => {
    const rows = [
      ROW,
      ROW.replace(',1,', ',many,'),
      ROW.replace('2024', '1999'),
      ROW.replace('2024', '2099'),
      ROW.replace('2024-01-01', '2024-13-01'),
      ROW.replace('BTC', ''),
      `${ROW},one,more`,
      ROW.replace(',1,', `,1${'0'.repeat(400)},`),
    ]
    const text = `${HEAD}\n${rows.join('\n')}\n`
    const error = await refused(text)
    expect(error.faults.map((fault) => fault.replace(/^f\.csv:(\d+).*/, '$1'))).toEqual([
      '3',
      '4',
      '5',
      '6',
      '7',
      '8',
      '9',
    ])
    expect(error.message).toContain('7 faults')
    const { flows, opened } = await readText(text, { skipBad: true })
    expect(flows.map(({ line }) => line)).toEqual([2])
    expect([opened.report.faulty, opened.report.rows]).toEqual([7, 8])
  })

  test('half of an exchange is never taken', async () => {
    const row = '2024-01-01 10:00 UTC,1,ETH,oops,BTC,,,,,'
    const { flows } = await readText(`${HEAD}\n${row}\n`, { skipBad: true })
    expect(flows).toEqual([])
  })

  test('a quote that is never closed, and a field of more than a megabyte, end the reading with their line', async () => {
    for (const field of ['"open', `"${'x'.repeat(1_300_000)}"`]) {
      const error = await refused(`${HEAD}\n${ROW}\n${ROW.replace(/,,$/, `,${field},`)}\n`, { skipBad: true })
      expect(error.faults.at(-1)).toMatch(/^f\.csv:3: /)
    }
  })

  test('a formula in a note is kept as it is, and never as one that runs', async () => {
    const { flows } = await readText(`${HEAD}\n${ROW.replace(/,,$/, ',=HYPERLINK(1),')}\n`)
    expect(flows[0]?.note).toBe('=HYPERLINK(1)')
  })

  test('unknown columns are kept in the note', async () => {
    const { flows } = await readText(`${HEAD},Colour,Mood\n${ROW},red,\n`)
    expect(flows[0]?.note).toBe('Colour: red')
  })

  test('symbols with control characters, and one of a thousand letters, are kept harmless', async () => {
    const { flows } = await readText(
      `${HEAD}\n${ROW.replace('BTC', 'A\u202eB')}\n${ROW.replace('BTC', 'x'.repeat(900))}\n`,
    )
    expect(flows.map(({ asset }) => asset)).toEqual(['symbol:A\\u202eB', `symbol:${'x'.repeat(100)}`])
  })

  test.each([
    ['an Excel file', Buffer.from('PK\u0003\u0004xxxx'), /Excel or ZIP/],
    ['UTF-16', Buffer.from([0xff, 0xfe, 0x41, 0]), /UTF-16/],
    ['a letter', Buffer.from('Dear reader,\nthis is no table\n'), /of no format that is known/],
    ['JSON of something else', Buffer.from('{"a":[1]}'), /JSON in this file is of no format/],
    ['broken JSON', Buffer.from('{"activities":[{'), /is damaged/],
  ])('%s is refused in words', async (_name, bytes, words) => {
    const error = await refused(bytes)
    expect([error.code, error.message]).toEqual(['INPUT_INVALID', expect.stringMatching(words)])
  })

  test('a format that is named and is not that of the file is refused', async () => {
    expect((await refused(`${HEAD}\n${ROW}\n`, { format: 'kraken' })).message).toContain('not of that format')
  })
})

describe('mappings', () => {
  const MAPPING = `
name: mine
header: [when, what, how much]
time: '{when}'
timeFormat: DD.MM.YYYY HH:mm
assets: { Gold: pax-gold }
rules:
  - when: { how much: '#zero' }
    pass: nothing moves
  - legs: [{ kind: [deposit, withdraw], change: '{how much}', asset: '{what}' }]
`
  test('a table of one`s own is read by a file that says what its columns are', async () => {
    const text =
      'when;what;how much\n03.02.2024 10:00;Gold;1,5\n03.02.2024 11:00;Gold;0\n04.02.2024 10:00;EUR;-2\n'
    const { flows, opened } = await readText(text, {
      mapping: readMapping(MAPPING, 'mine.yaml'),
      wallet: 'safe',
    })
    expect(flows.map(told)).toEqual([
      '2024-02-03T10:00 deposit 1.5 pax-gold in safe',
      '2024-02-04T10:00 withdraw -2 fiat:eur in safe',
    ])
    expect(opened.report.passed.get('nothing moves')).toEqual({ count: 1, first: [3] })
  })

  test.each([
    ['a kind that is none', MAPPING.replace('[deposit, withdraw]', 'bought'), /rules\.1\.legs\.0\.kind/],
    ['an unknown key', `${MAPPING}\ncolour: red\n`, /colour/],
    ['no YAML', 'name: [', /no YAML/],
    [
      'two quantities',
      MAPPING.replace("change: '{how much}'", "in: '{a}', out: '{b}'"),
      /needs one of in, out, change/,
    ],
    ['an asset that is none', MAPPING.replace('pax-gold', '"Pax Gold!"'), /is no asset/],
  ])('%s is refused with its place', (_name, text, words) => {
    try {
      readMapping(text, 'mine.yaml')
    } catch (error) {
      const { message, faults } = error as TidemarkError
      expect(`${message} ${faults.join(' ')}`).toMatch(words)
      return
    }
    throw new Error('was taken')
  })

  test.each([
    ['a column that is not there', '{nowhere}', /names the column "nowhere"/],
    ['an expression that is none', '{what|/(/1}', /no regular expression/],
  ])('%s is refused', async (_name, asset, words) => {
    const mapping = readMapping(MAPPING.replace("'{what}'", `'${asset}'`), 'mine.yaml')
    const error = await refused('when,what,how much\n03.02.2024 10:00,Gold,1\n', { mapping })
    expect(error.message).toMatch(words)
  })
})
