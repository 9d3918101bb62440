import { expect, test } from 'vitest'
import { containersOf, manifests, podsOf, project, type Manifest } from './documents.ts'
import { KUSTOMIZATIONS } from './files.ts'
import { describeChecked } from './in-tests.ts'

type Selected = { readonly matchLabels: Readonly<Record<string, string>> }
const covers = ({ matchLabels }: Selected, labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(matchLabels).every(([key, value]) => labels[key] === value)

describeChecked('Kubernetes', () => {
  test.each(KUSTOMIZATIONS)('pods of %s have no rights, no token and bounds', (kustomization) => {
    for (const pod of podsOf(manifests(kustomization))) {
      expect(pod.spec, pod.owner).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      })
      // Work in flight gets ten seconds of the program's own.
      expect(pod.spec.terminationGracePeriodSeconds, pod.owner).toBeGreaterThan(10)
      for (const container of containersOf(pod)) {
        expect(container, pod.owner).toMatchObject({
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          resources: { requests: { memory: '256Mi' }, limits: { memory: '1Gi' } },
        })
        const volumes = (pod.spec.volumes ?? []).map(({ name }) => name)
        const mounts = container.volumeMounts ?? []
        expect(volumes).toEqual(expect.arrayContaining(mounts.map(({ name }) => name)))
        // The root cannot be written: these two are what the program writes to.
        expect(mounts.map(({ mountPath }) => mountPath)).toEqual(expect.arrayContaining(['/data', '/tmp']))
      }
    }
  })

  test.each(KUSTOMIZATIONS)(
    'what runs for long in %s is probed, without its liveness asking a server',
    (kustomization) => {
      const lasting = podsOf(manifests(kustomization)).filter(({ owner }) => owner.startsWith('Deployment/'))
      expect(lasting.map(({ owner }) => owner)).toEqual([
        'Deployment/tidemark-scheduler',
        'Deployment/tidemark-worker',
      ])
      for (const { spec } of lasting)
        for (const container of spec.containers) {
          expect(container.livenessProbe?.exec.command).toEqual(['alive'])
          expect(container.readinessProbe?.exec.command[0]).toBe('tidemark')
          expect(container.startupProbe).toBeDefined()
        }
    },
  )

  test.each(KUSTOMIZATIONS)('selectors of %s find their own pods and no others', (kustomization) => {
    const objects = manifests(kustomization)
    const pods = podsOf(objects)
    const owners = (selector: Selected) =>
      pods.filter(({ labels }) => covers(selector, labels)).map(({ owner }) => owner)
    for (const { kind, metadata, spec } of objects) {
      if (kind === 'Deployment')
        expect(owners(spec?.['selector'] as Selected)).toEqual([`${kind}/${metadata.name}`])
      if (kind === 'PodDisruptionBudget')
        expect(owners(spec?.['selector'] as Selected)).toEqual(['Deployment/tidemark-worker'])
    }
  })

  test('there is one scheduler, and never two at once', () => {
    const scheduler = named(manifests('base'), 'Deployment', 'tidemark-scheduler')
    expect(scheduler.spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } })
  })

  test('KEDA alone says how many workers there are', () => {
    const objects = manifests('overlays/scaled')
    expect(named(objects, 'Deployment', 'tidemark-worker').spec).not.toHaveProperty('replicas')
    expect(named(objects, 'ScaledObject', 'tidemark-worker').spec).toMatchObject({
      scaleTargetRef: { name: 'tidemark-worker' },
    })
    expect(named(manifests('base'), 'Deployment', 'tidemark-worker').spec).toMatchObject({ replicas: 2 })
    const { triggers } = named(objects, 'ScaledObject', 'tidemark-worker').spec as {
      triggers: { metadata: { listName: string } }[]
    }
    for (const { metadata } of triggers)
      expect(metadata.listName).toMatch(/^\{tidemark:[0-9a-f-]{36}\}:[a-z]+:[a-z]+$/)
  })

  test('everything is closed, and opened by name', () => {
    const policies = manifests('base').filter(({ kind }) => kind === 'NetworkPolicy')
    expect(named(policies, 'NetworkPolicy', 'deny-all').spec).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    })
    const ports = policies.flatMap(({ spec }) =>
      ((spec?.['egress'] ?? []) as { ports?: { port: number }[] }[]).map(({ ports = [] }) =>
        ports.map(({ port }) => port),
      ),
    )
    expect(ports.flat().sort((a, b) => a - b)).toEqual([53, 53, 443, 6379, 8086, 27017])
    // A rule without a list of ports would open all of them.
    expect(ports.every((each) => each.length > 0)).toBe(true)
    expect(policies.every(({ spec }) => !('ingress' in (spec ?? {})))).toBe(true)
  })

  test('no secret is in the manifests', () => {
    for (const kustomization of KUSTOMIZATIONS)
      expect(manifests(kustomization).filter(({ kind }) => kind === 'Secret')).toEqual([])
  })
})

describeChecked('compose.yaml', () => {
  const services = () => Object.entries(project('plain').services)

  test('nothing is reached but from this machine', () => {
    const published = services().flatMap(([, { ports = [] }]) => ports.map(({ host_ip }) => host_ip))
    expect(published).toEqual(['127.0.0.1'])
  })

  test('every service has bounds, may gain no rights, and keeps to an image by version', () => {
    for (const [name, service] of services()) {
      expect(Number(service.deploy?.resources?.limits?.memory), name).toBeGreaterThan(100e6)
      expect(service.security_opt, name).toEqual(['no-new-privileges:true'])
      expect(service.image, name).toMatch(/:\d+\.\d+/)
    }
  })

  test('our own run without rights on a read-only root', () => {
    for (const [name, service] of services().filter(([, { image }]) => image.startsWith('tidemark')))
      expect(service, name).toMatchObject({ user: '1000:1000', read_only: true, cap_drop: ['ALL'] })
  })

  test('servers are asked for their health, and what needs them waits for it', () => {
    const all = project('plain').services
    for (const name of ['mongodb', 'influxdb', 'redis']) expect(all[name]?.healthcheck, name).toBeDefined()
    for (const name of ['scheduler', 'worker'])
      expect(all[name]?.depends_on).toMatchObject({
        init: { condition: 'service_completed_successfully' },
        redis: { condition: 'service_healthy' },
      })
    expect(all['init']?.depends_on).toMatchObject({
      'mongodb-replica-set': { condition: 'service_completed_successfully' },
      influxdb: { condition: 'service_healthy' },
    })
  })

  test('passwords are in files alone', () => {
    for (const [name, { environment = {} }] of services())
      for (const key of Object.keys(environment))
        if (/PASSWORD|TOKEN|KEY|_URI$|REDIS_URL/.test(key)) expect(key, name).toMatch(/_FILE$/)
  })
})

function named(objects: readonly Manifest[], kind: string, name: string): Manifest {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name)
  if (found === undefined) throw new Error(`no ${kind} ${name}`)
  return found
}
