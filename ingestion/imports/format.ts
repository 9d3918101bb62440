/**
 * A format: one table that says how the rows of somebody else's file become flows. Adding an exchange is adding such a
 * table, here or in a file of one's own (`--mapping`).
 *
 * A template is text with columns in braces: `{Amount}`, `{User_ID} {UTC_Time}`. `{Tag?}` is a column that may be
 * absent; `{Amount|/(\S+) (\S+)/2}` is the second group of what the expression finds in it, empty where it finds nothing;
 * ` ?? ` parts alternatives, of which the first that is not empty counts.
 */
export type Template = string

/**
 * Conditions on columns, all of which hold. A word matches whatever its case; `/…/` is an expression; `#empty`,
 * `#filled`, `#zero`, `#positive`, `#negative` and `#number` say what is there. Of a list, any.
 */
export type When = Readonly<Record<string, string | readonly string[]>>

/** One change of a holding that a row tells of. Exactly one of `in`, `out`, `change` gives its quantity. */
export type LegSpec = {
  /** A kind of flow; two of them are that of what comes in and of what goes out. */
  readonly kind: string | readonly [string, string]
  /** A quantity that comes in, or goes out, whatever its sign in the file. */
  readonly in?: Template | undefined
  readonly out?: Template | undefined
  /** A quantity with its sign. */
  readonly change?: Template | undefined
  readonly asset: Template
  /** Price of one unit, or value of all of it, in `currency`. */
  readonly price?: Template | undefined
  readonly value?: Template | undefined
  readonly currency?: Template | undefined
  readonly fee?: Template | undefined
  readonly feeAsset?: Template | undefined
}

/** What a row is, by the first rule whose conditions hold: flows, or nothing, for the reason that `pass` gives. */
export type Rule = {
  readonly when?: When | undefined
  readonly pass?: string | undefined
  readonly legs?: readonly LegSpec[] | undefined
  /** Which transaction it belongs to, in place of the format's. */
  readonly tx?: Template | undefined
  /** A column whose words this rule makes nothing of: they are kept in the note, and counted in the report. */
  readonly unread?: string | undefined
}

/** `auto`: a comma is a decimal comma in files whose fields are separated by semicolons. */
export type Numbers = 'auto' | 'point' | 'comma'

export type Format = {
  readonly name: string
  readonly title: string
  /** Columns by which the file is known: all of them are there. */
  readonly header: readonly string[]
  /** Other names of columns, from other versions of the format. */
  readonly aliases?: Readonly<Record<string, string>> | undefined
  /** For JSON: the list that holds the rows. */
  readonly list?: string | undefined
  readonly numbers?: Numbers | undefined
  readonly time: Template
  /** `iso` (also UNIX seconds and milliseconds), or patterns such as `DD.MM.YYYY HH:mm:ss`, tried in turn. */
  readonly timeFormat?: string | readonly string[] | undefined
  /** IANA name of the zone that times without one are in; UTC unless given. */
  readonly zone?: string | undefined
  readonly wallet?: Template | undefined
  /** Where no template names one. */
  readonly defaultWallet?: string | undefined
  readonly chain?: Template | undefined
  readonly tx?: Template | undefined
  readonly logIndex?: Template | undefined
  readonly from?: Template | undefined
  readonly to?: Template | undefined
  readonly note?: Template | undefined
  /** Columns that say nothing of their own and are not kept in the note. */
  readonly ignore?: readonly string[] | undefined
  /** Asset ids of the file's symbols. */
  readonly assets?: Readonly<Record<string, string>> | undefined
  /** Whether the file follows cash too, so that a fee in a currency takes from it; true unless given. */
  readonly cash?: boolean | undefined
  /** What is cut from symbols before they are looked up, as an expression. */
  readonly cutSymbol?: string | undefined
  readonly rules: readonly Rule[]
}
