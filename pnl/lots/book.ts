import type { AssetId } from '#core/asset.ts'
import type { Flow } from '#core/flow.ts'
import { Component } from './component.ts'
import { connected, spread, type AssetEntries } from './components.ts'
import { entriesOf } from './entries.ts'
import type { Entry } from './entry.ts'
import { groupKey } from './groups.ts'
import { assemble, summarise, type LotInput } from './lots.ts'
import { byPlace } from './place.ts'
import type { LotReport } from './report.ts'
import type { LotSettings } from './settings.ts'
import { valuerOf, type Valuer } from './valuer.ts'

/** What changes in a ledger: flows that are new (or new versions of those with the same id), and ids that are gone. */
export type LotChange = { readonly add?: readonly Flow[]; readonly remove?: readonly string[] }

type Group = { flows: Flow[]; entries: readonly Entry[] }

/**
 * A ledger that is kept up to date: a late, corrected or removed flow recomputes only the assets that it touches, from
 * its month on. Whatever the order of changes, `report` equals a full computation, bit for bit.
 */
export class LotBook {
  private readonly input: Omit<LotInput, 'flows' | 'at'>
  private readonly settings: LotSettings
  private readonly valuer: Valuer
  private readonly groups = new Map<string, Group>()
  private readonly groupOfFlow = new Map<string, string>()
  private components: Component[] = []
  private readonly byAsset = new Map<AssetId, Component>()

  constructor(input: Omit<LotInput, 'flows' | 'at'>, settings: LotSettings) {
    this.input = input
    this.settings = settings
    this.valuer = valuerOf(input)
  }

  /** Applies a change. @throws TidemarkError LOTS_REFUSED when a flow names lots that are not there */
  update({ add = [], remove = [] }: LotChange): void {
    const keys = new Set<string>()
    for (const id of [...remove, ...add.map((flow) => flow.id)]) this.forget(id, keys)
    for (const flow of add) this.remember(flow, keys)
    this.recompute(keys)
  }

  /** Values flows again whose prices changed: all legs of their transactions. */
  reprice(ids: readonly string[]): void {
    this.recompute(new Set(ids.flatMap((id) => this.groupOfFlow.get(id) ?? [])))
  }

  /** @param at not before the last flow */
  report(at: number): LotReport {
    this.reach(at)
    const runs = this.components.map(({ engine, stretches }) => ({
      engine,
      rows: stretches.map(({ rows }) => rows),
    }))
    return assemble(runs, { base: this.input.base, at, markAt: this.input.markAt }, this.settings)
  }

  /** Assets and total alone, without going through lots and disposals. @param at not before the last flow */
  summary(at: number): Pick<LotReport, 'assets' | 'total'> {
    this.reach(at)
    const { base, markAt } = this.input
    return summarise(
      this.components.map(({ engine }) => engine),
      base,
      (asset) => markAt(asset, at),
    )
  }

  private reach(at: number): void {
    if (this.components.some(({ last }) => last > at))
      throw new RangeError('the book holds flows after that moment: use computeLots')
    for (const { engine } of this.components) engine.reach(at)
  }

  private forget(id: string, keys: Set<string>): void {
    const key = this.groupOfFlow.get(id)
    if (key === undefined) return
    keys.add(key)
    this.groupOfFlow.delete(id)
    const group = this.groups.get(key)
    if (group !== undefined) group.flows = group.flows.filter((flow) => flow.id !== id)
  }

  private remember(flow: Flow, keys: Set<string>): void {
    const key = groupKey(flow)
    keys.add(key)
    this.groupOfFlow.set(flow.id, key)
    const group = this.groups.get(key)
    if (group === undefined) this.groups.set(key, { flows: [flow], entries: [] })
    else group.flows = [...group.flows, flow]
  }

  private recompute(keys: ReadonlySet<string>): void {
    const added: AssetEntries = new Map()
    const removed: AssetEntries = new Map()
    for (const key of keys) {
      const group = this.groups.get(key)
      if (group === undefined) continue
      spread(group.entries, removed)
      group.entries = group.flows.length === 0 ? [] : entriesOf(key, group.flows, this.valuer)
      spread(group.entries, added)
      if (group.flows.length === 0) this.groups.delete(key)
    }
    for (const [component, { ins, outs }] of this.touched(added, removed)) {
      component.change(
        ins.sort((a, b) => byPlace(a.place, b.place)),
        outs,
      )
    }
  }

  /** Components that a change touches, with what comes and what goes. */
  private touched(
    added: AssetEntries,
    removed: AssetEntries,
  ): Map<Component, { ins: Entry[]; outs: Set<Entry> }> {
    const changes = new Map<Component, { ins: Entry[]; outs: Set<Entry> }>()
    const of = (component: Component) => {
      let change = changes.get(component)
      if (change === undefined) changes.set(component, (change = { ins: [], outs: new Set() }))
      return change
    }
    for (const set of connected(added)) {
      const { component, moved } = this.join(set)
      const change = of(component)
      for (const other of moved) {
        for (const entry of other.entries) change.ins.push(entry)
        for (const entry of changes.get(other)?.ins ?? []) change.ins.push(entry)
        changes.delete(other)
      }
      for (const asset of set) for (const entry of added.get(asset) ?? []) change.ins.push(entry)
    }
    for (const [asset, entries] of removed) {
      const component = this.byAsset.get(asset)
      if (component === undefined) continue
      const { outs } = of(component)
      for (const entry of entries) outs.add(entry)
    }
    for (const [, change] of changes) change.ins = change.ins.filter((entry) => !change.outs.has(entry))
    return changes
  }

  /** The component of assets that reach one another; where they had several, a new one that replays them all. */
  private join(set: readonly AssetId[]): { component: Component; moved: Component[] } {
    const found = [...new Set(set.flatMap((asset) => this.byAsset.get(asset) ?? []))]
    const [only] = found
    const assets = new Set(set)
    if (found.length > 1)
      for (const [asset, component] of this.byAsset) if (found.includes(component)) assets.add(asset)
    const component =
      found.length === 1 && only !== undefined ? only : new Component(this.settings, this.input.base)
    for (const asset of assets) this.byAsset.set(asset, component)
    if (component === only) return { component, moved: [] }
    this.components = [...this.components.filter((other) => !found.includes(other)), component]
    return { component, moved: found }
  }
}
