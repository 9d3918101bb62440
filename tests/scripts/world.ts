import type { Fault } from '#tests/support/provider-faults.ts'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startSimulator, type Simulator } from '#scripts/simulator/server.ts'
import { syntheticMarket } from '#scripts/simulator/synthetic.ts'
import { build, CANARY, scratch, tidemark } from './support.ts'

/** The built program against a simulator that asks for a key and can be made to misbehave. */
export class World {
  readonly dir: string
  private readonly remove: () => void
  private simulator: Simulator | null = null
  private fault: Fault | null = null

  constructor() {
    const { dir, remove } = scratch()
    this.dir = dir
    this.remove = remove
  }

  async start(): Promise<void> {
    build()
    this.simulator = await startSimulator({
      market: syntheticMarket({ seed: 7 }),
      coingecko: { plan: 'demo', apiKey: CANARY },
      alliumKey: CANARY,
      intercept: (_ask, request, response) => {
        this.fault?.(request, response)
        return this.fault !== null
      },
    })
  }

  async stop(): Promise<void> {
    await this.simulator?.close()
    this.remove()
  }

  get url(): string {
    return this.simulator?.coingeckoUrl ?? ''
  }

  get alliumUrl(): string {
    return this.simulator?.alliumUrl ?? ''
  }

  /** A folder with its own store, and the program run in it against the simulator. */
  place(name: string) {
    const cwd = join(this.dir, name)
    mkdirSync(cwd)
    const env = {
      COINGECKO_BASE_URL: this.url,
      COINGECKO_API_KEY: CANARY,
      COINGECKO_RATE: '10000',
      COINGECKO_MONTH_CREDITS: 'none',
    }
    const run = (args: string[], options?: Parameters<typeof tidemark>[1]) =>
      tidemark(args, { cwd, ...options, env: { ...env, ...options?.env } })
    return { cwd, run, store: join(cwd, 'data/tidemark.db') }
  }

  /** Runs `work` while the simulator misbehaves. */
  async during<T>(fault: Fault, work: () => Promise<T>): Promise<T> {
    this.fault = fault
    try {
      return await work()
    } finally {
      this.fault = null
    }
  }
}

/** What the tests read of `pnl --json`. */
export type Pnl = {
  portfolio: string | null
  from: string
  to: string
  hours: string[]
  tokens: { asset: string; quantity: string[]; mark: string[]; pnl: string[] }[]
}
