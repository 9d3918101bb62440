import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkCompose, checkDockerfile, checkKubernetes, type Answer } from './checker.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const INFRA = join(ROOT, 'infra')
const COMPOSE = join(INFRA, 'compose.yaml')
const COMPOSE_KEYS = join(INFRA, 'compose.keys.yaml')
const KUBERNETES = join(INFRA, 'kubernetes')

export type Check = { readonly name: string; readonly run: () => Answer }

/** What can be applied as it is: the base and every overlay. */
export const KUSTOMIZATIONS: readonly string[] = [
  'base',
  ...readdirSync(join(KUBERNETES, 'overlays'))
    .sort()
    .map((name) => `overlays/${name}`),
]
export const kubernetes = (kustomization: string): Answer => checkKubernetes(join(KUBERNETES, kustomization))

/** Compose files that are given together. */
export const PROJECTS = { plain: [COMPOSE], 'with keys': [COMPOSE, COMPOSE_KEYS] } as const
export const compose = (project: keyof typeof PROJECTS): Answer => checkCompose(PROJECTS[project], ['tools'])

export const dockerfile = (): Answer => checkDockerfile(join(ROOT, 'Dockerfile'))

/** Every file under infra/ that has a schema, and the Dockerfile. */
export const CHECKS: readonly Check[] = [
  ...KUSTOMIZATIONS.map((each) => ({ name: `infra/kubernetes/${each}`, run: () => kubernetes(each) })),
  ...(Object.keys(PROJECTS) as (keyof typeof PROJECTS)[]).map((each) => ({
    name: `infra/compose.yaml, ${each}`,
    run: () => compose(each),
  })),
  { name: 'Dockerfile', run: dockerfile },
]
