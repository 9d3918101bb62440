type Env = Record<string, string | undefined>

/**
 * Whether to write colour to a stream; asked for stdout and stderr separately, since either may be piped.
 * `--no-color` decides first, then FORCE_COLOR, NO_COLOR, TERM=dumb, and whether the stream is a terminal.
 */
export function wantsColour(stream: { isTTY?: boolean }, env: Env, flag: boolean): boolean {
  if (!flag) return false
  const force = env['FORCE_COLOR']
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false'
  if (env['NO_COLOR']) return false
  return stream.isTTY === true && env['TERM'] !== 'dumb'
}

/** Columns of the terminal, or null where there is none (a pipe or a file is as wide as its text). */
export function widthOf(stream: { isTTY?: boolean; columns?: number }): number | null {
  return stream.isTTY === true && stream.columns !== undefined && stream.columns > 0 ? stream.columns : null
}

/** Whether lines may be redrawn there: a terminal that understands cursor movements. */
export function canRedraw(stream: { isTTY?: boolean }, env: Env): boolean {
  return stream.isTTY === true && env['TERM'] !== 'dumb'
}
