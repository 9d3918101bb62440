import type { Page } from 'playwright-core'

/** Fields of the API that say what somebody has or made; a price is nobody's secret. */
const AMOUNTS =
  /^(value|pnl|step|quantity|total|amount|proceeds|gain|cost|fee|realised|unrealised|remaining)/i
const PUBLIC = /price|mark|fraction|coverage/i
/** Fewer digits than these could be anything: a day, a count. */
const DISTINCT = 5

/** Collects the amounts that a page is sent, as it could write them. */
export function listenForAmounts(page: Page): ReadonlySet<string> {
  const heard = new Set<string>()
  page.on('response', (response) => {
    if (!/json/.test(response.headers()['content-type'] ?? '')) return
    // One that is cut off by going elsewhere was shown nowhere.
    void response.json().then(
      (body) => collect(body, '', heard),
      () => undefined,
    )
  })
  return heard
}

function collect(body: unknown, key: string, into: Set<string>): void {
  if (Array.isArray(body)) for (const each of body) collect(each, key, into)
  else if (typeof body === 'object' && body !== null)
    for (const [name, each] of Object.entries(body)) collect(each, name, into)
  else if (typeof body === 'string' && AMOUNTS.test(key) && !PUBLIC.test(key))
    for (const form of formsOf(body)) into.add(form)
}

/** A decimal as it stands in an answer, and as people read it, to the cent and cut to five places. */
function formsOf(text: string): string[] {
  const [, whole = '', rest = ''] = /^-?(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  const digits = `${whole}${rest}`.replace(/^0+/, '')
  if (digits.length < DISTINCT) return []
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  const cent = `${grouped}.${rest.padEnd(2, '0').slice(0, 2)}`
  const forms = [text.replace('-', ''), cent, `${grouped}.${rest.slice(0, 5)}`]
  return forms.filter((form) => form.replace(/\D/g, '').replace(/^0+/, '').length >= DISTINCT)
}

/** Which of the amounts stand anywhere in a page: its text, its title, what is read out, what hovers. */
export async function shownOf(page: Page, amounts: ReadonlySet<string>): Promise<string[]> {
  const all = `${await page.title()} ${await page.content()}`
  const numbers = new Set(all.match(/\d[\d,]*(?:\.\d+)?/g) ?? [])
  return [...amounts].filter((amount) => numbers.has(amount))
}
