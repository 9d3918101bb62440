/** Asks one address over and over, in a process of its own. argv: url, token, how many times; says how long it took. */
import autocannon from 'autocannon'

const [url = '', token = '', amount = '0'] = process.argv.slice(2)
const result = await autocannon({
  url,
  amount: Number(amount),
  connections: 10,
  headers: { authorization: `Bearer ${token}` },
})
process.send?.({ seconds: result.duration, failed: result.non2xx + result.errors })
