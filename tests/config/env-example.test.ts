import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describeConfig } from '#config/describe.ts'
import { renderEnvExample } from '#config/env-example.ts'
import { loadConfig } from '#config/load.ts'

const file = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')

test('.env.example is current; "npm run env:example" writes it', () => {
  expect(file).toBe(renderEnvExample())
})

test('as it stands it sets nothing, and uncommented it sets the defaults', () => {
  const env = { HOME: '/home/ann' }
  const load = (envFile: string | null) => describeConfig(loadConfig({ env, envFile, cwd: '/work' }))
  expect(load(file).every(({ origin }) => origin === 'default')).toBe(true)
  const settings = file
    .replace(/^# ([A-Z_]+=)/gm, '$1')
    .replace(
      /^([A-Z_]+_KEY|TIDEMARK_PORTFOLIO|MONGODB_URI|INFLUX_(?:URL|TOKEN|ORG)|REDIS_URL|RPC_RATE|AUTH_SECRET)=.*$/gm,
      '',
    )
  const values = (rows: ReturnType<typeof load>) => rows.map(({ name, value }) => [name, value])
  expect(values(load(settings))).toEqual(values(load(null)))
  expect(load(settings).filter(({ origin }) => origin === '.env').length).toBeGreaterThan(12)
})
