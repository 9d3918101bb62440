import { parse, YAMLParseError } from 'yaml'
import { z } from 'zod'
import { parseAsset } from '#core/asset.ts'
import { TidemarkError } from '#core/errors.ts'
import { FLOW_KINDS } from '#core/flow.ts'
import type { Format } from './format.ts'

const template = z.string().max(2_000)
const words = z.union([z.string(), z.array(z.string())])
const kind = z.enum(Object.keys(FLOW_KINDS) as [string, ...string[]])
const assets = z.record(
  z.string(),
  z
    .string()
    .refine((id) => parseAsset(id) !== null, 'is no asset: use a CoinGecko id, an ISO code or a CAIP-19 id'),
)

const leg = z
  .strictObject({
    kind: z.union([kind, z.tuple([kind, kind])]),
    in: template.optional(),
    out: template.optional(),
    change: template.optional(),
    asset: template,
    price: template.optional(),
    value: template.optional(),
    currency: template.optional(),
    fee: template.optional(),
    feeAsset: template.optional(),
  })
  .refine(
    (value) => [value.in, value.out, value.change].filter((each) => each !== undefined).length === 1,
    'needs one of in, out, change',
  )

const rule = z
  .strictObject({
    when: z.record(z.string(), words).optional(),
    pass: z.string().min(1).max(200).optional(),
    legs: z.array(leg).min(1).max(20).optional(),
    tx: template.optional(),
    unread: z.string().optional(),
  })
  .refine((value) => (value.pass === undefined) !== (value.legs === undefined), 'needs either pass or legs')

const format = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'is a name of small letters, digits and hyphens'),
  title: z.string().max(200).optional(),
  header: z.array(z.string().min(1)).min(1),
  aliases: z.record(z.string(), z.string()).optional(),
  list: z.string().optional(),
  numbers: z.enum(['auto', 'point', 'comma']).optional(),
  time: template,
  timeFormat: words.optional(),
  zone: z.string().optional(),
  wallet: template.optional(),
  defaultWallet: z.string().optional(),
  chain: template.optional(),
  tx: template.optional(),
  logIndex: template.optional(),
  from: template.optional(),
  to: template.optional(),
  note: template.optional(),
  ignore: z.array(z.string()).optional(),
  assets: assets.optional(),
  cutSymbol: z.string().optional(),
  cash: z.boolean().optional(),
  rules: z.array(rule).min(1),
})

/** Reads a format that a user wrote as YAML. @throws TidemarkError INPUT_INVALID with every fault and its place */
export function readMapping(text: string, file: string): Format {
  const found = checked(format, text, file)
  return { ...found, title: found.title ?? found.name }
}

/** Reads a list of symbols and asset ids, `SYMBOL: id`. @throws TidemarkError INPUT_INVALID */
export function readAssetMap(text: string, file: string): Record<string, string> {
  return checked(assets, text, file)
}

function checked<T>(schema: z.ZodType<T>, text: string, file: string): T {
  const parsed = schema.safeParse(parsedYaml(text, file))
  if (parsed.success) return parsed.data
  throw new TidemarkError('INPUT_INVALID', {
    message: `${file} is no mapping as it stands.`,
    faults: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`),
    fix: 'docs/import.md shows what a mapping looks like.',
  })
}

function parsedYaml(text: string, file: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 })
  } catch (error) {
    const where = error instanceof YAMLParseError ? error.message.split('\n')[0] : 'it cannot be read'
    throw new TidemarkError('INPUT_INVALID', {
      message: `${file} is no YAML: ${where ?? ''}`,
      fix: 'Correct the line; docs/import.md shows what a mapping looks like.',
      cause: error,
    })
  }
}
