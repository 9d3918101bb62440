import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkCompose, checkDockerfile, checkKubernetes } from './checker.ts'
import { CHECKS, INFRA } from './files.ts'
import { describeChecked } from './in-tests.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'tidemark-infra-'))))
afterEach(() => rmSync(folder, { recursive: true }))

function kustomization(manifest: string) {
  writeFileSync(join(folder, 'kustomization.yaml'), 'resources: [one.yaml]\n')
  writeFileSync(join(folder, 'one.yaml'), manifest)
  return checkKubernetes(folder)
}

describeChecked('files under infra/', () => {
  test.each(CHECKS)('$name is what its schema takes', ({ run }) => {
    expect(run()).toMatchObject({ ok: true })
  })

  const worker = readFileSync(join(INFRA, 'kubernetes/base/worker.yaml'), 'utf8')
  const scaled = readFileSync(join(INFRA, 'kubernetes/components/keda/scaled-object.yaml'), 'utf8')
  test.each([
    ['a misspelt field of a container', worker, 'readOnlyRootFilesystem', 'readOnlyRootFileSystem'],
    ['a misspelt field of a pod', worker, 'serviceAccountName', 'serviceAcountName'],
    ['a text where a number is meant', worker, 'replicas: 2', 'replicas: two'],
    ['a selector that is missing', worker, /selector:\n.*\n {2}template/, 'template'],
    ['a kind that there is not', worker, 'kind: Deployment', 'kind: Deploiment'],
    ["a misspelt field of KEDA's", scaled, 'pollingInterval', 'pollInterval'],
  ])('%s is refused', (_, text, from, to) => {
    expect(kustomization(text)).toMatchObject({ ok: true })
    expect(kustomization(text.replace(from, to))).toMatchObject({ ok: false })
  })

  const compose = readFileSync(join(INFRA, 'compose.yaml'), 'utf8')
  test.each([
    ['a misspelt field', 'stop_grace_period', 'stop_grace'],
    ['a service that is waited for and not there', 'redis: { condition', 'redys: { condition'],
    ['a volume that is not declared', "'scheduler:/data'", "'schedules:/data'"],
    ['a secret that is not declared', 'secrets: [redis_users]', 'secrets: [redis_user]'],
  ])('compose.yaml with %s is refused', (_, from, to) => {
    expect(compose).toContain(from)
    writeFileSync(join(folder, 'compose.yaml'), compose.replaceAll(from, to))
    expect(checkCompose([join(folder, 'compose.yaml')])).toMatchObject({ ok: false })
  })

  test.each([
    ['an unknown instruction', 'FROM node:24\nRUM true\n'],
    ['a stage named in capitals, of which the linter warns', 'FROM node:24 AS Build\n'],
  ])('a Dockerfile with %s is refused', (_, text) => {
    writeFileSync(join(folder, 'Dockerfile'), text)
    expect(checkDockerfile(join(folder, 'Dockerfile'))).toMatchObject({ ok: false })
  })
})
