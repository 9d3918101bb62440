import { parseAllDocuments } from 'yaml'
import type { PROJECTS } from './files.ts'
import { compose, kubernetes } from './files.ts'

/** A container as tests look at it, whatever engine it is for. */
export type Container = {
  readonly name: string
  /** The program and what it is given; null where the image's own is used. */
  readonly command: readonly string[] | null
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export type Manifest = {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
  readonly data?: Readonly<Record<string, string>>
  readonly spec?: Readonly<Record<string, unknown>>
}
export type Pod = {
  readonly owner: string
  readonly labels: Readonly<Record<string, string>>
  readonly spec: PodSpec
}
type PodSpec = {
  readonly automountServiceAccountToken?: boolean
  readonly securityContext?: Readonly<Record<string, unknown>>
  readonly containers: readonly PodContainer[]
  readonly initContainers?: readonly PodContainer[]
  readonly volumes?: readonly { readonly name: string }[]
  readonly terminationGracePeriodSeconds?: number
}
export type PodContainer = {
  readonly name: string
  readonly image: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly envFrom?: readonly { readonly configMapRef?: { readonly name: string } }[]
  readonly env?: readonly { readonly name: string; readonly value?: string }[]
  readonly resources?: { readonly requests?: object; readonly limits?: object }
  readonly securityContext?: Readonly<Record<string, unknown>>
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[]
} & Readonly<Partial<Record<'livenessProbe' | 'readinessProbe' | 'startupProbe', Probe>>>
type Probe = { readonly exec: { readonly command: readonly string[] } }

/** The objects of a kustomization, as they would be applied. @throws Error with what the checker says against it */
export function manifests(kustomization: string): Manifest[] {
  const answer = kubernetes(kustomization)
  if (!answer.ok) throw new Error(`${kustomization}: ${answer.fault}`)
  return parseAllDocuments(answer.text).map((document) => document.toJS() as Manifest)
}

export function podsOf(objects: readonly Manifest[]): Pod[] {
  return objects.flatMap(({ kind, metadata, spec }) => {
    const template = spec?.['template'] as { metadata: { labels: Record<string, string> }; spec: PodSpec }
    return template === undefined
      ? []
      : [{ owner: `${kind}/${metadata.name}`, labels: template.metadata.labels, spec: template.spec }]
  })
}

export const containersOf = ({ spec }: Pod): readonly PodContainer[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
]

/** What a container of a pod runs, with the settings that it takes from config maps. */
export function asContainer(container: PodContainer, objects: readonly Manifest[]): Container {
  const maps = (container.envFrom ?? []).map(({ configMapRef }) => {
    const map = objects.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMapRef?.name,
    )
    if (map === undefined) throw new Error(`${container.name}: no config map ${configMapRef?.name}`)
    return map.data ?? {}
  })
  const own = (container.env ?? []).map(({ name, value }) => [name, value ?? ''] as const)
  return {
    name: container.name,
    command: container.command ?? null,
    args: container.args ?? [],
    env: Object.assign({}, ...maps, Object.fromEntries(own)) as Record<string, string>,
  }
}

export type Service = {
  readonly image: string
  readonly entrypoint: readonly string[] | null
  readonly command: readonly string[] | null
  readonly environment?: Readonly<Record<string, string>>
  readonly secrets?: readonly { readonly source: string; readonly target: string }[]
  readonly ports?: readonly { readonly host_ip?: string }[]
  readonly restart?: string
  readonly user?: string
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly healthcheck?: object
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly deploy?: { readonly resources?: { readonly limits?: { readonly memory?: string } } }
  readonly volumes?: readonly { readonly type: string; readonly source?: string; readonly target: string }[]
}
export type Project = {
  readonly services: Readonly<Record<string, Service>>
  readonly secrets: Readonly<Record<string, { readonly file: string }>>
}

/** A compose project as it would be started. @throws Error with what the checker says against it */
export function project(name: keyof typeof PROJECTS): Project {
  const answer = compose(name)
  if (!answer.ok) throw new Error(`${name}: ${answer.fault}`)
  return JSON.parse(answer.text) as Project
}
