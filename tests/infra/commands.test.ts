import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { joinWords } from '#scripts/cli/commands.ts'
import { buildProgram } from '#scripts/cli/program.ts'
import { containersOf, manifests, podsOf, project, type Manifest, type PodContainer } from './documents.ts'
import { INFRA, KUSTOMIZATIONS, ROOT } from './files.ts'
import { describeChecked } from './in-tests.ts'

/** Parses a command line as the program does and stops where its work would begin. */
async function parses(args: readonly string[]): Promise<void> {
  let taken = false
  const act = () => async () => void (taken = true)
  const program = buildProgram(act, { help: () => undefined })
  await program.parseAsync(joinWords(args), { from: 'user' })
  if (!taken) throw new Error(`"${args.join(' ')}" names no command`)
}

/** What the shell of a manifest has the program do, by a program of that name that prints what it is given. */
function inShell(command: string, env: Record<string, string>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-shell-'))
  try {
    for (const name of ['start', 'tidemark']) {
      writeFileSync(join(folder, name), '#!/bin/sh\nprintf "%s\\n" "$@"\n')
      chmodSync(join(folder, name), 0o755)
    }
    const path = `${folder}:${process.env['PATH'] ?? ''}`
    return execFileSync('sh', ['-c', command], { encoding: 'utf8', env: { ...env, PATH: path } })
      .trimEnd()
      .split('\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The image's own entry point hands on what it is given; a command in its place has to call a program by name. */
function commandsOf({ command, args = [], ...probes }: PodContainer): string[][] {
  if (command === undefined) expect(args).not.toEqual([])
  const own = command === undefined ? [[...args]] : []
  const asked = [probes.startupProbe, probes.livenessProbe, probes.readinessProbe].flatMap((probe) =>
    probe === undefined ? [] : [probe.exec.command],
  )
  return [...own, ...asked.filter(([name]) => name === 'tidemark').map(([, ...rest]) => rest)]
}

describeChecked('commands that infra/ calls', () => {
  test.each(KUSTOMIZATIONS)('those of infra/kubernetes/%s parse', async (kustomization) => {
    const commands = podsOf(manifests(kustomization)).flatMap(containersOf).flatMap(commandsOf)
    expect(commands.length).toBeGreaterThan(5)
    for (const command of commands) await parses(command)
  })

  test('those of infra/compose.yaml parse', async () => {
    const services = Object.values(project('with keys').services).filter(({ image }) =>
      image.startsWith('tidemark'),
    )
    expect(services).toHaveLength(4)
    for (const { command } of services) await parses(command ?? [])
  })

  test('a command that does not exist is refused', async () => {
    await expect(parses(['scedule'])).rejects.toThrow()
    await expect(parses(['schedule', '--qeue'])).rejects.toThrow()
  })

  test('the pods of the backfill take each share once', async () => {
    const job = manifests('overlays/backfill').find(({ kind }) => kind === 'Job') as Manifest
    const { completions } = job.spec as { completions: number }
    const [container] = podsOf([job]).flatMap(containersOf)
    expect(container?.command).toEqual(['tini', '--', 'sh', '-c'])
    const [text = ''] = container?.args ?? []
    const shares = Array.from({ length: completions }, (_, index) =>
      inShell(text, { JOB_COMPLETION_INDEX: String(index) }),
    )
    expect(shares).toEqual(
      Array.from({ length: completions }, (_, index) => [
        'backfill',
        '--shard',
        `${index + 1}/${completions}`,
      ]),
    )
    await parses(shares[0] ?? [])
  })

  test('programs that probes and entry points call are in the image', () => {
    const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
    const called = podsOf(manifests('base'))
      .flatMap(containersOf)
      .flatMap(({ livenessProbe, readinessProbe }) => [livenessProbe, readinessProbe])
      .flatMap((probe) => (probe === undefined ? [] : [probe.exec.command[0]]))
    expect(new Set(called)).toEqual(new Set(['alive', 'tidemark']))
    expect(dockerfile).toMatch(
      /^COPY .*infra\/container\/start infra\/container\/alive \/usr\/local\/bin\/$/m,
    )
    expect(dockerfile).toContain('ln -s /app/dist/bin/tidemark.cjs /usr/local/bin/tidemark')
    expect(dockerfile).toContain('ENTRYPOINT ["tini", "--", "start"]')
    for (const name of ['start', 'alive']) expect(existsSync(join(INFRA, 'container', name))).toBe(true)
  })
})
