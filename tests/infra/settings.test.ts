import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig } from '#config/load.ts'
import { SETTINGS } from '#config/settings.ts'
import type { Config } from '#config/config.ts'
import { asContainer, containersOf, manifests, podsOf, project } from './documents.ts'
import { INFRA, KUSTOMIZATIONS, ROOT } from './files.ts'
import { describeChecked } from './in-tests.ts'

let secrets: string
beforeAll(() => {
  secrets = mkdtempSync(join(tmpdir(), 'tidemark-secrets-'))
  execFileSync('sh', [join(INFRA, 'make-secrets.sh'), secrets])
  for (const name of ['coingecko_api_key', 'allium_api_key']) writeFileSync(join(secrets, name), 'a-key\n')
})
afterAll(() => rmSync(secrets, { recursive: true }))

const known = new Set(Object.entries(SETTINGS).map(([name, { secret }]) => (secret ? `${name}_FILE` : name)))

/** The configuration that a container would have; its secrets are those that `make-secrets.sh` makes. */
function configOf(env: Readonly<Record<string, string>>): Config {
  const here = Object.entries(env).map(([name, value]) => {
    const file = join(secrets, basename(value).replaceAll('-', '_'))
    return [name, name.endsWith('_FILE') ? file : value]
  })
  const settings = { HOME: '/', TIDEMARK_DATA_DIR: '/data', ...Object.fromEntries(here) } as Record<
    string,
    string
  >
  return loadConfig({ env: settings, envFile: null })
}

function expectServers(config: Config): void {
  expect(config.storage).toBe('mongodb+influxdb')
  expect(config.mongodbUri).toMatch(
    /^mongodb:\/\/tidemark:[0-9a-f]{48}@mongodb:27017\/tidemark\?replicaSet=rs0$/,
  )
  expect(config.redisUrl).toMatch(/^redis:\/\/tidemark:[0-9a-f]{48}@redis:6379\/0$/)
  expect(config.influx).toMatchObject({ org: 'tidemark', bucket: 'tidemark' })
  expect(config.influx.token).toMatch(/^[0-9a-f]{48}$/)
}

describeChecked('settings that infra/ sets', () => {
  test.each(KUSTOMIZATIONS)('those of infra/kubernetes/%s exist and are valid', (kustomization) => {
    const objects = manifests(kustomization)
    const containers = podsOf(objects).flatMap(containersOf)
    expect(containers.length).toBeGreaterThan(2)
    for (const { env } of containers.map((each) => asContainer(each, objects))) {
      expect([...known]).toEqual(expect.arrayContaining(Object.keys(env)))
      expectServers(configOf(env))
    }
  })

  test('keys of providers come by their components', () => {
    const objects = manifests('overlays/scaled')
    for (const each of podsOf(objects).flatMap(containersOf)) {
      const config = configOf(asContainer(each, objects).env)
      expect(config.coingecko).toMatchObject({ plan: 'demo', apiKey: 'a-key' })
      expect(config.allium.apiKey).toBe('a-key')
    }
  })

  test.each(['plain', 'with keys'] as const)(
    'those of infra/compose.yaml, %s, exist and are valid',
    (name) => {
      const { services, secrets: declared } = project(name)
      const ours = Object.entries(services).filter(([, { image }]) => image.startsWith('tidemark'))
      expect(ours).toHaveLength(4)
      for (const [service, { environment = {}, secrets: mounted = [] }] of ours) {
        expect([...known]).toEqual(expect.arrayContaining(Object.keys(environment)))
        expectServers(configOf(environment))
        const files = Object.entries(environment).flatMap(([key, value]) =>
          key.endsWith('_FILE') ? [value] : [],
        )
        expect(new Set(mounted.map(({ target }) => target)), service).toEqual(new Set(files))
      }
      for (const { file } of Object.values(declared)) expect(file).toMatch(/^\.\/secrets\/[a-z_]+$/)
    },
  )

  test('each secret of infra/compose.yaml is made, and made once', () => {
    const names = Object.values(project('plain').secrets).map(({ file }) => basename(file))
    const before = names.map((name) => readFileSync(join(secrets, name), 'utf8'))
    expect(before.every((text) => text.length > 20)).toBe(true)
    execFileSync('sh', [join(INFRA, 'make-secrets.sh'), secrets])
    expect(names.map((name) => readFileSync(join(secrets, name), 'utf8'))).toEqual(before)
  })

  test('what the image sets is a setting', () => {
    const lines = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
    const set = [...lines.matchAll(/\b(TIDEMARK_[A-Z_]+|STORAGE)=/g)].map(([, name = '']) => name)
    expect(set).toEqual(['TIDEMARK_DATA_DIR'])
    expect([...known]).toEqual(expect.arrayContaining(set))
  })
})
