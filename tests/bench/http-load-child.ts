/** Asks one address over and over, in a process of its own. argv: url, token, how many times; says how long it took. */
import autocannon from 'autocannon'

const [url = '', token = '', amount = '0'] = process.argv.slice(2)
let last = 0
const began = performance.now()
const options = {
  ...{ url, amount: Number(amount), connections: 10 },
  headers: { authorization: `Bearer ${token}` },
}
const result = await new Promise<autocannon.Result>((done, fail) => {
  const load = autocannon(options, (error: Error | null, end) => (error === null ? done(end) : fail(error)))
  // It looks once a second whether it is done: the last answer tells it better.
  load.on('response', () => (last = performance.now()))
})
process.send?.({ seconds: (last - began) / 1_000, failed: result.non2xx + result.errors })
