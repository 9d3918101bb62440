// What spreadsheets take for a formula: = + - @ (and their full-width forms), also behind blanks, quotes and
// control characters, which some of them cut off first.
const FORMULA = /^[\s"'\u0000-\u001f\u007f\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^['"]*[\t\r\n\0]/

/** Text that no spreadsheet runs as a formula: with an apostrophe before it where it would. */
export function defuse(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text
}

/** The text that `defuse` was given. */
export function undefuse(text: string): string {
  return text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text
}
