import type { Config } from '#config/config.ts'
import { EXIT, TidemarkError } from '#core/errors.ts'
import { monthOf } from '#core/month.ts'
import type { Portfolio } from '#core/portfolio.ts'
import type { Cli } from '../../cli/context.ts'
import type { Outcome } from '../../cli/output.ts'
import { readConfig } from '../../wiring/config.ts'
import { choosePortfolio } from '../../wiring/portfolio.ts'
import { fail, ok, type Finding } from './check.ts'
import { checkChains } from './chains.ts'
import { checkRuntime, checkSecretFiles } from './local.ts'
import { checkAllium, checkCoingecko, checkPriceSources, PROBE } from './providers.ts'
import { checkRedis } from './redis.ts'
import { checkServers } from './servers.ts'
import { checkData, checkStore } from './store.ts'

const SIGNS = { ok: '✓', warn: '!', fail: '✗' } as const

/** Looks at everything and changes nothing. Exit 0 when all is well, 3 with warnings, 1 when something fails. */
export async function runDoctor(cli: Cli): Promise<Outcome> {
  const now = Date.now()
  cli.out.note('Looking at the runtime, settings, store and providers…')
  const checks = [checkRuntime(process.versions.node, now), ...checkSecretFiles(process.env, process.cwd())]
  const config = settings(cli, checks)
  if (config !== null) checks.push(...(await checkWith(cli, config, now)))
  const worst = checks.some(({ state }) => state === 'fail')
    ? EXIT.failed
    : checks.some(({ state }) => state === 'warn')
      ? EXIT.someMissing
      : EXIT.complete
  return { exitCode: worst, text: () => checks.map(line).join('\n'), document: () => ({ checks }) }
}

function settings(cli: Cli, checks: Finding[]): Config | null {
  try {
    const config = readConfig(cli)
    checks.push(ok('Settings valid', '"tidemark config" shows them'))
    return config
  } catch (error) {
    checks.push(...troubles('Settings valid', error))
    return null
  }
}

async function checkWith(cli: Cli, config: Config, now: number): Promise<Finding[]> {
  const [{ findings: ofStore, store }, ofServers] = await Promise.all([
    checkStore(config),
    checkServers(config),
  ])
  const findings = [...ofServers, ...ofStore]
  let portfolio: Portfolio | null = null
  try {
    const chosen = await choosePortfolio(cli, config, store)
    portfolio = chosen?.portfolio ?? null
    const found =
      chosen === null
        ? 'none: one unit of each coin is valued'
        : `"${chosen.portfolio.name}" (${chosen.place})`
    findings.push(ok('Portfolio valid', found))
  } catch (error) {
    findings.push(...troubles('Portfolio valid', error))
  }
  const used = (await store?.calls('coingecko', monthOf(now))) ?? 0
  const { signal } = cli.stop
  // At once, so that several slow ones take no longer than one.
  const providers = [
    checkRedis(config),
    checkCoingecko(config, used, signal),
    checkAllium(config, signal),
    checkPriceSources(config, signal),
    checkChains(config, portfolio, PROBE, signal),
  ]
  findings.push(...(await Promise.all(providers)).flat())
  if (store !== null) {
    findings.push(...(await checkData(store, portfolio, now)))
    await store.close()
  }
  return findings
}

function troubles(name: string, error: unknown): Finding[] {
  if (!(error instanceof TidemarkError)) throw error
  const found = error.faults.length > 0 ? error.faults : [error.message]
  return found.map((text) => fail(name, text, error.fix))
}

function line({ name, state, found, fix }: Finding): string {
  const head = `${SIGNS[state]} ${name}: ${found}`
  return fix === null ? head : `${head}\n    → ${fix}`
}
