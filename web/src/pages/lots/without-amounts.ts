/** A sentence of the server with its amounts hidden: numbers that stand alone, and no part of a time, an id or a name. */
export function withoutAmounts(sentence: string, hidden: string): string {
  return sentence.replace(/(?<![\w:/-])[-+]?\d[\d,]*(?:\.\d+)?(?![\w:/-])/g, hidden)
}
