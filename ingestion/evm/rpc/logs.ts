import { setMaxListeners } from 'node:events'
import type { Hex, LogFilter, RawLog, RpcCall } from '../types.ts'
import { refusal, type Refusal } from './errors.ts'
import type { Done, Failover, Refused } from './failover.ts'
import { length, LogWalk, type Blocks } from './log-walk.ts'
import type { Member } from './member.ts'
import type { Patience } from './needs.ts'
import { hex, inOrder, quantity, rawLogs } from './raw-log.ts'

/** Requests of one filter that are under way at once. */
const WIDTH = 6

/**
 * Logs of blocks [from, to] by each filter, ordered and each once. Never less than was asked for: an endpoint that does
 * not have the last blocks yet is waited for, or another one is asked.
 * @throws TidemarkError as `ChainRpc.logs`
 */
export async function walkLogs(
  failover: Failover,
  filters: readonly LogFilter[],
  range: Blocks,
  patience: Patience,
  signal: AbortSignal,
): Promise<RawLog[]> {
  // One that fails ends the others.
  const stop = new AbortController()
  const both = AbortSignal.any([signal, stop.signal])
  // As many requests listen to it as are under way.
  setMaxListeners(0, both)
  const walks = filters.map((filter) => new Walker(failover, filter, new LogWalk(range), patience, both))
  try {
    await Promise.all(walks.map((walk) => walk.run()))
  } catch (error) {
    stop.abort()
    throw error
  }
  return inOrder(walks.flatMap((walk) => walk.found))
}

class Walker {
  private readonly failover: Failover
  private readonly filter: LogFilter
  private readonly walk: LogWalk
  private readonly patience: Patience
  private readonly signal: AbortSignal

  constructor(failover: Failover, filter: LogFilter, walk: LogWalk, patience: Patience, signal: AbortSignal) {
    this.failover = failover
    this.filter = filter
    this.walk = walk
    this.patience = patience
    this.signal = signal
  }

  get found(): readonly RawLog[] {
    return this.walk.found
  }

  /** Keeps some requests under way until nothing is left. What is under way may be given back, so the end is seen last. */
  async run(): Promise<void> {
    const underWay = new Set<Promise<void>>()
    const failures: unknown[] = []
    for (;;) {
      for (let next = this.walk.next; next !== null && underWay.size < WIDTH; next = this.walk.next) {
        const step: Promise<void> = this.step(next)
          .catch((error: unknown) => void failures.push(error))
          .finally(() => underWay.delete(step))
        underWay.add(step)
      }
      if (failures.length > 0) throw failures[0]
      if (underWay.size === 0) return
      await Promise.race(underWay)
    }
  }

  private async step(next: number): Promise<void> {
    const wanted = { method: 'logs', name: null, logsFrom: next } as const
    await this.failover.run(wanted, (member) => this.piece(member), this.signal)
  }

  /** Reads the next blocks at one endpoint, as many as it gives; what it does not give stays to be read. */
  private async piece(member: Member): Promise<Done<null> | Refused> {
    while (member.logs.trial !== null) await member.logs.trial
    const taken = this.walk.take(member.logs)
    if (taken === null) return { value: null }
    const ended = member.logs.begin(length(taken))
    try {
      return await this.asked(member, taken)
    } catch (error) {
      this.walk.giveBack(taken)
      throw error
    } finally {
      ended()
    }
  }

  private async asked(member: Member, taken: Blocks): Promise<Done<null> | Refused> {
    const blocks = await this.withinHead(member, taken)
    if ('refusal' in blocks) {
      this.walk.giveBack(taken)
      return blocks
    }
    if (blocks.to < taken.to) this.walk.giveBack({ from: blocks.to + 1, to: taken.to })
    const answer = await this.whole(member, blocks)
    if (!('refusal' in answer)) {
      member.logs.worked(length(blocks))
      this.walk.read(blocks, answer, member.logs.cap)
      return { value: null }
    }
    this.walk.giveBack(blocks)
    return this.learned(member, blocks, answer.refusal)
  }

  /** A refusal that a narrower request may not meet is progress; anything else is for another endpoint. */
  private async learned(member: Member, blocks: Blocks, refused: Refusal): Promise<Done<null> | Refused> {
    const { kind } = refused
    const narrower = length(blocks) > 1
    if (kind === 'range' && narrower) member.logs.tooWide(length(blocks), refused)
    else if (kind === 'results' && narrower) {
      if (refused.most !== null) member.logs.cappedAt(refused.most)
      this.walk.tooMuch(blocks, refused)
    } else if (kind === 'size' && narrower) this.walk.tooMuch(blocks, refused)
    else if (kind === 'slow' && narrower && (await this.alive(member))) this.walk.tooMuch(blocks, refused)
    else
      return {
        refusal: kind === 'range' || kind === 'failed' ? { ...refused, kind: 'unsupported' } : refused,
      }
    member.endpoint.retries += 1
    return { value: null }
  }

  private async withinHead(member: Member, blocks: Blocks): Promise<Blocks | Refused> {
    if (blocks.to > member.head) {
      const answer = await member.endpoint.one('eth_blockNumber', [], this.patience.call, this.signal)
      if (!answer.ok) return { refusal: answer.refusal }
      member.head = Math.max(quantity(answer.result) ?? 0, 0)
    }
    if (blocks.from <= member.head) return { from: blocks.from, to: Math.min(blocks.to, member.head) }
    const words = `its newest block is ${member.head}, and logs of block ${blocks.from} are asked for`
    return { refusal: refusal('lagging', words) }
  }

  // A node that is silent may only have been asked for too much.
  private async alive({ endpoint }: Member): Promise<boolean> {
    return (await endpoint.one('eth_blockNumber', [], this.patience.probe, this.signal)).ok
  }

  /** The logs of blocks; an answer that may have been cut off without a word is compared with those of its halves. */
  private async whole(member: Member, blocks: Blocks): Promise<RawLog[] | Refused> {
    const logs = await this.fetched(member, blocks)
    if ('refusal' in logs) {
      const over = logs.refusal.kind === 'results' || logs.refusal.kind === 'size'
      return over && length(blocks) === 1 ? this.ofReceipts(member, blocks.from, logs) : logs
    }
    if (!member.logs.mayBeCut(logs.length)) return logs
    if (length(blocks) === 1) return this.ofReceipts(member, blocks.from, logs)
    if (member.logs.cap !== null) return { refusal: full(blocks, logs) }
    const middle = Math.floor((blocks.from + blocks.to) / 2)
    const first = await this.whole(member, { from: blocks.from, to: middle })
    if ('refusal' in first) return first
    const second = await this.whole(member, { from: middle + 1, to: blocks.to })
    if ('refusal' in second) return second
    if (first.length + second.length > logs.length) member.logs.cappedAt(logs.length)
    return [...first, ...second]
  }

  private async fetched(member: Member, blocks: Blocks): Promise<RawLog[] | Refused> {
    const where = { ...this.filter, fromBlock: hex(blocks.from), toBlock: hex(blocks.to) }
    const answer = await member.endpoint.one('eth_getLogs', [where], this.patience.logs, this.signal)
    if (!answer.ok) return { refusal: answer.refusal }
    const logs = rawLogs(answer.result)
    if (logs === null)
      return { refusal: refusal('malformed', 'the answer to eth_getLogs is no list of logs') }
    const outside = logs.find(({ block }) => block < blocks.from || block > blocks.to)
    if (outside === undefined) return logs
    const words = `logs of blocks ${blocks.from} to ${blocks.to} were asked for, and one of ${outside.block} came`
    return { refusal: refusal('malformed', words) }
  }

  /** More logs in one block than an answer holds: its receipts have them all. */
  private async ofReceipts(
    member: Member,
    block: number,
    otherwise: RawLog[] | Refused,
  ): Promise<RawLog[] | Refused> {
    const call: RpcCall = { method: 'eth_getBlockReceipts', params: [hex(block)] }
    const answer = await member.endpoint.one(call.method, call.params, this.patience.logs, this.signal)
    const receipts =
      answer.ok && Array.isArray(answer.result) ? (answer.result as { logs?: unknown }[]) : null
    const logs = receipts?.map((receipt) => rawLogs(receipt.logs)) ?? null
    if (logs?.every((some) => some !== null) === true)
      return logs.flat().filter((log) => fits(log, this.filter))
    // A round number in one block is a coincidence, unless this endpoint is known to cut there.
    if (!('refusal' in otherwise) && member.logs.cap === null) return otherwise
    const words = `block ${block} has more logs than an answer holds, and its receipts are not given`
    return { refusal: refusal('unsupported', words) }
  }
}

/** An answer as long as an endpoint gives any; where its last log stands tells how many blocks one can hold. */
function full({ from, to }: Blocks, logs: readonly RawLog[]): Refusal {
  const last = logs.reduce((highest, { block }) => Math.max(highest, block), from)
  const words = `it gives ${logs.length} logs of blocks ${from} to ${to}, which may not be all`
  return { ...refusal('results', words), suggested: { from, to: Math.max(from, last - 1) } }
}

/** Whether a filter, as `eth_getLogs` takes it, has a log. */
function fits(log: RawLog, { address, topics }: LogFilter): boolean {
  const among = (allowed: Hex | readonly Hex[] | null | undefined, value: Hex | undefined) => {
    if (allowed === null || allowed === undefined) return true
    const list = typeof allowed === 'string' ? [allowed] : allowed
    return value !== undefined && list.some((one) => one.toLowerCase() === value)
  }
  return (
    among(address, log.address) &&
    topics.every((allowed, at) => (allowed === null ? true : among(allowed, log.topics[at])))
  )
}
