/** `npm run soak -- --hours 24`: prints memory and handles every minute, and ends with 1 where they grow. */
import { parseArgs } from 'node:util'
import { soak } from './soak.ts'

const { values } = parseArgs({
  options: { hours: { type: 'string', default: '24' }, clients: { type: 'string', default: '200' } },
})
const minutes = Number(values.hours) * 60
if (!(minutes > 0)) throw new Error(`--hours ${values.hours}: give a number above 0, such as 24`)
const looks = Math.max(9, Math.floor(minutes))
const faults = await soak({
  minutes,
  clients: Number(values.clients),
  looks,
  print: (line) => console.log(line),
})
for (const fault of faults) console.error(`GREW  ${fault}`)
console.log(faults.length === 0 ? 'Flat.' : 'Not flat.')
process.exit(faults.length === 0 ? 0 : 1)
