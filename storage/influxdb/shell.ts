/** Text as one word of a POSIX shell. */
export const shell = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

/** The command that ends a bucket's forgetting. */
export const keepEverything = (org: string, bucket: string): string =>
  `Let it keep everything: influx bucket update --retention 0 --id "$(influx bucket list --org ${shell(org)} --name ${shell(bucket)} --hide-headers | cut -f1)"`
