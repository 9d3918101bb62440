import { TidemarkError } from '#core/errors.ts'

/**
 * A tag's value in line protocol. What it has no words for (a backslash at the end, a line break) is percent-encoded,
 * and so is the per cent sign, so that every text comes back as it was.
 * @throws TidemarkError INPUT_INVALID for a text that is empty or no Unicode, which cannot be a tag
 */
export function tagText(value: string): string {
  return tagValue(value).replace(/[, =]/g, '\\$&')
}

/** The same value as queries see it and answers give it. */
export function tagValue(value: string): string {
  // Plain ids, which nearly all are, need nothing.
  if (PLAIN.test(value)) return value
  if (value === '' || LONE_SURROGATE.test(value)) throw noTag(value)
  return value.replace(UNSPEAKABLE, encodeURIComponent)
}

/** The text behind a tag's value. */
export function readTag(value: string): string {
  return value.includes('%') ? value.replace(/%[0-9A-F]{2}/g, decodeURIComponent) : value
}

const PLAIN = /^[\w.:/-]+$/
const UNSPEAKABLE = /[%\\\u0000-\u001f\u007f]/g
const LONE_SURROGATE = /\p{Surrogate}/u

/** A double in line protocol: the shortest text that gives the same double, with its sign where it is −0. */
export function floatText(value: number): string {
  return value === 0 && Object.is(value, -0) ? '-0' : String(value)
}

function noTag(value: string): TidemarkError {
  return new TidemarkError('INPUT_INVALID', {
    message: `InfluxDB cannot hold a series by the name ${JSON.stringify(value)}: it is empty or no Unicode text.`,
    fix: 'Give the asset or portfolio another name.',
  })
}
